// The cells of the grid of territories: lock, name, figures before → after, the foot.

/** @import { Column, Load, TerritoryRow } from "./types.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [parts, { isOff }] = await Promise.all([load("parts"), load("bars")]);
const { element, patch } = parts;

/** @param {string} id @param {Column[]} columns */
export function makeRow(id, columns) {
  const row = element("tr");
  row.dataset.id = id;
  row.tabIndex = -1;
  const head = element("th", "bt-name");
  head.scope = "row";
  row.append(element("td", "bt-lock"), head, ...columns.map(() => element("td")));
  return row;
}

// The button itself stays: it may have the focus.
/**
 * @param {Element} cell @param {string} label of the territory
 * @param {{ isLocked: boolean, canLock: boolean, onToggle: () => void }} lock
 */
export function drawLock(cell, label, { isLocked, canLock, onToggle }) {
  patch(cell, `${isLocked} ${canLock} ${label}`, () => {
    if (!canLock) {
      cell.replaceChildren(...(isLocked ? [parts.icon("locked"), element("span", "bt-aloud", "locked")] : []));
      return;
    }
    let toggle = cell.querySelector("button");
    if (!toggle) {
      toggle = parts.button("bt-icon", "", onToggle, "open");
      toggle.tabIndex = -1;
      cell.replaceChildren(toggle);
    }
    parts.relabel(toggle, `${isLocked ? "Unlock" : "Lock"} ${label}`, isLocked ? "locked" : "open");
  });
}

/** @param {Element} cell @param {TerritoryRow} row @param {{ state: string, canZoom: boolean, onZoom: () => void }} more */
export function drawName(cell, [, label, title, colour], { state, canZoom, onZoom }) {
  patch(cell, [label, title, colour, state, canZoom].join("\n"), () => {
    const swatch = element("span", "bt-swatch");
    swatch.style.background = colour;
    const text = element("span", "bt-label", label);
    text.title = title;
    const zoom = parts.button("bt-icon bt-zoom", `Zoom to ${label}`, onZoom, "zoom");
    zoom.tabIndex = -1;
    zoom.hidden = !canZoom;
    const who = element("div", "bt-who");
    who.append(swatch, text, ...(state ? [element("span", "bt-state", state)] : []), zoom);
    cell.replaceChildren(who);
  });
}

/** @param {Element} cell @param {Column} column @param {number} i the row */
export function drawFigure(cell, column, i) {
  const [text, was, value, from] = [column.text[i], column.was[i], column.value?.[i] ?? null, column.from[i]];
  patch(cell, `${text}\n${was}\n${value}\n${from}\n${column.tolerance}`, () => {
    cell.className = column.isText ? "bt-text" : "";
    cell.classList.toggle("bt-first", !column.group || column.isBar);
    cell.classList.toggle("bt-dev-cell", column.isBar);
    const pieces = parts.beforeAfter(text, was);
    if (column.isBar && value !== null) {
      pieces.unshift(parts.deviationBar(value, column.tolerance, from));
      const isOver = isOff(value, column.tolerance);
      cell.classList.toggle("bt-off", isOver);
      if (isOver) pieces.push(element("span", "bt-aloud", value > 0 ? " over" : " under"));
    }
    cell.replaceChildren(...pieces);
  });
}

/** @param {HTMLTableSectionElement} part @param {string[]} labels "": no such row @param {Column[]} columns */
export function drawFoot(part, labels, columns) {
  patch(part, JSON.stringify([labels, columns.map((column) => column.foot)]), () => {
    part.replaceChildren();
    labels.forEach((label, i) => {
      if (!label) return;
      const row = part.insertRow();
      const name = element("th", "bt-name", label);
      name.scope = "row";
      row.append(element("td", "bt-lock"), name);
      for (const column of columns) {
        const cell = element("td", column.isText ? "bt-text" : "");
        cell.classList.toggle("bt-first", !column.group || column.isBar);
        cell.append(...parts.beforeAfter(...column.foot[i]));
        row.append(cell);
      }
    });
  });
}
