// The headings of a list, and its lines that are in view: a few elements, used again
// while one scrolls.

/** @import { Load } from "./types.js" */
/** @import { ListTable } from "./list.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const { beforeAfter, button, element, forget, patch, relabel } = await load("parts");

let lists = 0; // for ids of lines: the browser's, not those of the data

export class Lines {
  /** @param {ListTable} list */
  constructor(list) {
    this.list = list;
    lists += 1;
    this.prefix = `bt-${lists}-`;
    /** @type {ReturnType<Lines["newLine"]>[]} */
    this.pool = [];
  }

  // Other columns, other cells.
  clear() {
    for (const { line } of this.pool) line.remove();
    this.pool = [];
  }

  // Draw the rows of the list from the first on; return the line of each.
  /** @param {number} first @param {number} n @param {number} height pixels of a line */
  draw(first, n, height) {
    while (this.pool.length < n) this.pool.push(this.newLine());
    const size = this.pool.length;
    /** @type {Map<number, HTMLElement>} place in the list → its line */
    const lineAt = new Map();
    for (let at = first; at < first + n; at += 1) {
      const parts = this.pool[at % size];
      lineAt.set(at, parts.line);
      this.drawLine(parts, at, height);
    }
    const used = new Set(lineAt.values());
    for (const { line } of this.pool) {
      if (used.has(line)) continue;
      line.hidden = true;
      forget(line);
    }
    return lineAt;
  }

  newLine() {
    const { list } = this;
    const line = element("div", "bt-line");
    line.id = `${this.prefix}${this.pool.length}`;
    line.setAttribute("role", "row");
    const [name, territory] = [element("div", "bt-who"), element("div", "bt-who")];
    const [tick, label, beside] = [element("span", "bt-tick"), element("span", "bt-label"), element("span", "bt-beside")];
    const lock = button("bt-icon", "", () => {}, "open");
    lock.tabIndex = -1;
    name.append(tick, lock, label, beside);
    const [from, swatch, owner] = [element("span", "bt-from-to"), element("span", "bt-swatch"), element("span", "bt-label")];
    territory.append(from, swatch, owner);
    const cells = list.rows.columns.map(({ kind }) => element("div", kind === "text" ? "bt-text" : ""));
    line.append(name, territory, ...cells);
    for (const cell of line.children) cell.setAttribute("role", "gridcell");
    list.body.append(line);
    return { line, tick, lock, label, beside, from, swatch, owner, cells };
  }

  /** @param {ReturnType<Lines["newLine"]>} parts @param {number} at @param {number} height */
  drawLine(parts, at, height) {
    const { list } = this;
    const { rows } = list;
    const i = list.order[at];
    const owner = list.territoryOf(list.codes[i]);
    const was = list.was[i] === list.codes[i] ? null : list.territoryOf(list.was[i])?.[0] ?? "none";
    const [isChosen, isLocked, isActive] = [list.chosen[i] === 1, list.locked[i] === 1, i === list.look.active];
    const { line } = parts;
    patch(line, `${i} ${at} ${height} ${isChosen} ${isLocked} ${isActive} ${owner} ${was}`, () => {
      line.hidden = false;
      line.dataset.at = String(at);
      line.style.transform = `translateY(${at * height}px)`;
      line.setAttribute("aria-rowindex", String(at + 2));
      if (list.can("choose")) line.setAttribute("aria-selected", String(isChosen));
      line.classList.toggle("bt-active", isActive);
      parts.tick.hidden = !list.can("choose");
      parts.label.textContent = parts.label.title = rows.names[i] || rows.ids[i];
      parts.beside.textContent = rows.beside[i] ?? "";
      parts.lock.hidden = !list.can("lock") && !isLocked;
      parts.lock.disabled = !list.can("lock");
      relabel(parts.lock, `${isLocked ? "Unlock" : "Lock"} ${rows.names[i]}`, isLocked ? "locked" : "open");
      parts.from.hidden = was === null;
      parts.from.replaceChildren(...beforeAfter("", was ?? ""));
      parts.swatch.style.background = owner?.[2] ?? "";
      parts.swatch.classList.toggle("bt-none", !owner);
      parts.owner.textContent = owner?.[1] ?? "No territory";
      rows.columns.forEach((column, c) => {
        const cell = parts.cells[c];
        const value = column.values[i];
        cell.textContent = cell.title = column.kind === "text" ? column.texts[value] ?? "–" : list.write[column.kind](value);
      });
    });
  }
}

/** @param {ListTable} list */
export function drawHead(list) {
  const { nouns } = list.data;
  const { columns, version: block } = list.rows;
  patch(list.head, JSON.stringify([block, nouns]), () => {
    const [one] = nouns;
    const heads = [
      { id: "name", label: one[0].toUpperCase() + one.slice(1), isText: true },
      { id: "territory", label: "Territory", isText: true },
      ...columns.map(({ id, label, kind }) => ({ id, label, isText: kind === "text" })),
    ];
    list.head.replaceChildren(...heads.map(({ id, label, isText }) => {
      const cell = element("div", isText ? "bt-text" : "");
      cell.setAttribute("role", "columnheader");
      cell.dataset.id = id;
      cell.append(button("bt-heading", label, () => list.sortBy(id, isText)));
      return cell;
    }));
    const widths = [152, ...columns.map(({ kind }) => (kind === "text" ? 112 : 88))];
    const tracks = widths.map((width) => `minmax(${width}px, ${width}fr)`);
    list.scroll.style.setProperty("--bt-columns", `minmax(var(--bt-first), 200fr) ${tracks.join(" ")}`);
    list.scroll.style.setProperty("--bt-rest", `${widths.reduce((sum, width) => sum + width)}px`);
    list.lines.clear();
  });
}

/** @param {ListTable} list */
export function markSorting(list) {
  const { sort } = list.look;
  const isStale = list.isStale();
  for (const cell of list.head.querySelectorAll("div")) {
    const heading = cell.querySelector("button");
    const isIt = sort?.id === cell.dataset.id;
    cell.setAttribute("aria-sort", !isIt || isStale ? "none" : sort?.isDown ? "descending" : "ascending");
    if (!heading) continue;
    heading.dataset.sorted = isIt ? (sort?.isDown ? "down" : "up") : "";
    heading.classList.toggle("bt-stale", isIt && isStale);
  }
}
