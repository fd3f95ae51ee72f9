// The keyboard in the grid of territories: one tab stop for the headings, one for the
// rows, arrow keys within. No key that Streamlit has for itself (r, c) is taken.

const PAGE = 10; // rows of Page Up and Page Down

/** @import { Load } from "./types.js" */
/** @import { TerritoryTable } from "./territories.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const { placeAfter } = await load("listkeys");

/** @param {TerritoryTable} table @param {KeyboardEvent} event */
export function press(table, event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof HTMLElement)) return;
  const inHead = table.headings.indexOf(event.target);
  const isDone = inHead >= 0 ? pressInHead(table, event.key, inHead) : pressInRow(table, event.key, event.target);
  if (!isDone) return;
  event.preventDefault();
  event.stopPropagation();
}

/** @param {TerritoryTable} table @param {string} key @param {number} at */
function pressInHead(table, key, at) {
  const last = table.headings.length - 1;
  const step = ahead(table, key);
  if (key === "ArrowDown") table.rows.get(table.look.active)?.focus();
  else if (key === "Home" || key === "End") focusHeading(table, key === "Home" ? 0 : last);
  else if (step) focusHeading(table, Math.max(0, Math.min(last, at + step)));
  else return false;
  return true;
}

/** @param {TerritoryTable} table @param {number} at */
function focusHeading(table, at) {
  table.headings.forEach((one, i) => { one.tabIndex = i === at ? 0 : -1; });
  table.headings[at].focus();
}

/** @param {TerritoryTable} table @param {string} key @param {HTMLElement} target */
function pressInRow(table, key, target) {
  const row = /** @type {HTMLElement | null} */ (target.closest("tbody tr"));
  const id = row?.dataset.id;
  if (!row || id === undefined) return false;
  const step = ahead(table, key);
  if (step) {
    const stops = [row, .../** @type {NodeListOf<HTMLElement>} */ (row.querySelectorAll("button:not([hidden])"))];
    stops[Math.max(0, Math.min(stops.length - 1, stops.indexOf(target) + step))].focus();
    return true;
  }
  const to = placeAfter(key, table.shown.indexOf(id), PAGE);
  if (to === -1 && key === "ArrowUp") table.headings.find((one) => one.tabIndex === 0)?.focus();
  else if (to !== undefined) goTo(table, Math.max(0, Math.min(table.shown.length - 1, to)));
  else if (key === "l" || (key === " " && target === row)) table.toggleLock(id);
  else if (key === "Enter" && target === row) table.select(id);
  else return false;
  return true;
}

// The row is scrolled clear of what sticks above and below it (scroll-padding).
/** @param {TerritoryTable} table @param {number} at */
function goTo(table, at) {
  const row = table.rows.get(table.shown[at]);
  row?.focus({ preventScroll: true });
  row?.scrollIntoView({ block: "nearest", inline: "nearest" });
}

// One step on, or back, in the direction in which the page is read; 0: no such key.
/** @param {TerritoryTable} table @param {string} key */
function ahead(table, key) {
  const step = key === "ArrowRight" ? 1 : key === "ArrowLeft" ? -1 : 0;
  return getComputedStyle(table.table).direction === "rtl" ? -step : step;
}
