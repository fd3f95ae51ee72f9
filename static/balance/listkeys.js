// What is clicked and pressed in a list; the focus is on the list itself, its row with
// the frame is told by aria-activedescendant.

export function click(list, event) {
  const line = event.target.closest(".bt-line");
  if (!line) return;
  const at = Number(line.dataset.at);
  const i = list.order[at];
  list.scroll.focus({ preventScroll: true });
  if (event.target.closest("button")) list.toggleLock(i);
  else if (event.shiftKey) list.choose(range(list, at), 1);
  else tick(list, i);
  list.goTo(at);
}

export function press(list, event) {
  if (event.target !== list.scroll || event.altKey || event.metaKey) return;
  if (event.ctrlKey && event.key !== "a") return;
  const at = list.at();
  const page = Math.max(1, Math.floor(list.scroll.clientHeight / list.lineHeight()) - 2);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: Infinity, PageDown: at + page, PageUp: at - page }[event.key];
  const i = list.order[at];
  if (i === undefined) return;
  if (to !== undefined) {
    list.goTo(to);
    if (event.shiftKey) list.choose(between(list, at, list.at()), 1);
  } else if (event.ctrlKey) list.chooseMany(list.order, 1);
  else if (event.key === " " || event.key === "Enter") tick(list, i);
  else if (event.key === "l") list.toggleLock(i);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function tick(list, i) {
  list.choose([i], list.chosen[i] ? 0 : 1);
  list.anchor = i;
}

// From the last row ticked to this one, as in a list of files.
function range(list, to) {
  return between(list, Math.max(0, list.order.indexOf(list.anchor ?? list.order[to])), to);
}

function between(list, a, b) {
  return list.order.slice(Math.min(a, b), Math.max(a, b) + 1);
}
