// What is clicked and pressed in a list; the focus is on the list itself, its row with
// the frame is told by aria-activedescendant.

/** @import { ListTable } from "./list.js" */

/** @param {ListTable} list @param {MouseEvent} event */
export function click(list, event) {
  const target = event.target instanceof Element ? event.target : null;
  const line = target?.closest(".bt-line");
  if (!target || !(line instanceof HTMLElement)) return;
  const at = Number(line.dataset.at);
  const i = list.order[at];
  list.scroll.focus({ preventScroll: true });
  if (target.closest("button")) list.toggleLock(i);
  else if (event.shiftKey) list.choose(range(list, at), 1);
  else tick(list, i);
  list.goTo(at);
}

/** @param {ListTable} list @param {KeyboardEvent} event */
export function press(list, event) {
  if (event.target !== list.scroll || event.altKey || event.metaKey) return;
  if (event.ctrlKey && event.key !== "a") return;
  const at = list.at();
  const i = list.order[at];
  if (i === undefined) return;
  const page = Math.max(1, Math.floor(list.scroll.clientHeight / list.lineHeight()) - 2);
  const to = placeAfter(event.key, at, page);
  if (to !== undefined) {
    list.goTo(to);
    if (event.shiftKey) list.choose(between(list.order, at, list.at()), 1);
  } else if (event.ctrlKey) list.chooseMany(list.order, 1);
  else if (event.key === " " || event.key === "Enter") tick(list, i);
  else if (event.key === "l") list.toggleLock(i);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

// Where a key leads from a place; undefined: it is none that moves.
/** @param {string} key @param {number} at @param {number} page rows @returns {number | undefined} */
export function placeAfter(key, at, page) {
  switch (key) {
    case "ArrowDown": return at + 1;
    case "ArrowUp": return at - 1;
    case "PageDown": return at + page;
    case "PageUp": return at - page;
    case "Home": return 0;
    case "End": return Infinity;
    default: return undefined;
  }
}

/** @param {ListTable} list @param {number} i */
function tick(list, i) {
  list.choose([i], list.chosen[i] ? 0 : 1);
  list.anchor = i;
}

// From the last row ticked to this one, as in a list of files.
/** @param {ListTable} list @param {number} to */
function range(list, to) {
  return between(list.order, Math.max(0, list.order.indexOf(list.anchor ?? list.order[to])), to);
}

/** @param {Uint32Array} order @param {number} a @param {number} b places, both counted */
export function between(order, a, b) {
  return order.slice(Math.min(a, b), Math.max(a, b) + 1);
}
