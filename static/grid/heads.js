// The headings of the grid of territories: groups above columns, each sorts by a click.

/** @import { Column, Load, Sort } from "./types.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const { button, element } = await load("parts");

/**
 * @param {HTMLTableSectionElement} head @param {Column[]} columns
 * @param {{ lockAll: (() => void) | null, sortBy: (id: string) => void }} actions
 * @returns {{ headings: HTMLElement[], lockAll: HTMLButtonElement | null }} the buttons, from left to right
 */
export function drawHeads(head, columns, actions) {
  head.replaceChildren();
  const [groups, heads] = [head.insertRow(), head.insertRow()];
  const lock = add(groups, element("th", "bt-lock"));
  lock.rowSpan = 2;
  const lockAll = actions.lockAll ? button("bt-icon", "Lock all shown", actions.lockAll, "locked") : null;
  lock.append(lockAll ?? element("span", "bt-aloud", "Lock"));
  const name = add(groups, element("th", "bt-name"));
  name.rowSpan = 2;
  /** @type {HTMLElement[]} */
  const headings = lockAll ? [lockAll] : [];
  headings.push(addHeading(name, "name", "Territory", "", actions.sortBy));
  for (const together of grouped(columns)) {
    const [{ group }] = together;
    const above = add(groups, element("th", group ? "bt-group bt-first" : "bt-first", group), together.length);
    for (const column of together) {
      const cell = group ? add(heads, element("th", column === together[0] ? "bt-first" : "")) : above;
      if (!group) cell.rowSpan = 2;
      if (column.isText) cell.classList.add("bt-text");
      headings.push(addHeading(cell, column.id, column.head, group, actions.sortBy));
    }
  }
  headings.forEach((one, i) => { one.tabIndex = i === Number(lockAll !== null) ? 0 : -1; });
  return { headings, lockAll };
}

// Neighbours of one group stand together; a column without a group stands alone.
/** @param {Column[]} columns */
export function grouped(columns) {
  /** @type {Column[][]} */
  const groups = [];
  for (const column of columns) {
    const last = groups.at(-1);
    if (last && column.group && last[0].group === column.group) last.push(column);
    else groups.push([column]);
  }
  return groups;
}

/** @param {HTMLTableRowElement} row @param {HTMLTableCellElement} cell @param {number} [n] columns below */
function add(row, cell, n = 1) {
  cell.colSpan = n;
  cell.scope = n > 1 ? "colgroup" : "col";
  row.append(cell);
  return cell;
}

/** @param {HTMLElement} cell @param {string} id @param {string} text @param {string} group @param {(id: string) => void} sortBy */
function addHeading(cell, id, text, group, sortBy) {
  const made = button("bt-heading", text, () => sortBy(id));
  if (group) made.prepend(element("span", "bt-aloud", `${group}: `));
  made.dataset.id = id;
  cell.append(made);
  return made;
}

/** @param {HTMLElement[]} headings @param {Sort | null} sort @param {boolean} isStale */
export function markSorting(headings, sort, isStale) {
  for (const heading of headings) {
    if (!heading.dataset.id) continue;
    const isIt = sort?.id === heading.dataset.id;
    const way = !isIt || isStale ? "none" : sort.isDown ? "descending" : "ascending";
    heading.parentElement?.setAttribute("aria-sort", way);
    heading.dataset.sorted = isIt ? (sort.isDown ? "down" : "up") : "";
    heading.classList.toggle("bt-stale", isIt && isStale);
    heading.title = isIt && isStale ? "In the order from before the change; press to sort again" : "";
  }
}
