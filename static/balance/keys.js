// The keyboard in the grid of territories: one tab stop for the headings, one for the
// rows, arrow keys within. No key that Streamlit has for itself (r, c) is taken.

const PAGE = 10; // rows of Page Up and Page Down

export function press(table, event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const inHead = table.headings.indexOf(event.target);
  const isDone = inHead >= 0 ? pressInHead(table, event.key, inHead) : pressInRow(table, event.key, event.target);
  if (!isDone) return;
  event.preventDefault();
  event.stopPropagation();
}

function pressInHead(table, key, at) {
  const last = table.headings.length - 1;
  const step = ahead(table, key);
  const to = step ? at + step : { Home: 0, End: last }[key];
  if (key === "ArrowDown") table.rows.get(table.look.active)?.focus();
  else if (to === undefined) return false;
  else focusHeading(table, Math.max(0, Math.min(last, to)));
  return true;
}

function focusHeading(table, at) {
  table.headings.forEach((one, i) => { one.tabIndex = i === at ? 0 : -1; });
  table.headings[at].focus();
}

function pressInRow(table, key, target) {
  const row = target.closest("tbody tr");
  if (!row) return false;
  const id = row.dataset.id;
  const at = table.shown.indexOf(id);
  const step = ahead(table, key);
  if (step) {
    const stops = [row, ...row.querySelectorAll("button:not([hidden])")];
    stops[Math.max(0, Math.min(stops.length - 1, stops.indexOf(target) + step))].focus();
    return true;
  }
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: Infinity, PageDown: at + PAGE, PageUp: at - PAGE }[key];
  if (to === -1 && key === "ArrowUp") table.headings.find((one) => one.tabIndex === 0)?.focus();
  else if (to !== undefined) goTo(table, Math.max(0, Math.min(table.shown.length - 1, to)));
  else if (key === "l" || (key === " " && target === row)) table.toggleLock(id);
  else if (key === "Enter" && target === row) table.select(id);
  else return false;
  return true;
}

// The row is scrolled clear of what sticks above and below it (scroll-padding).
function goTo(table, at) {
  const row = table.rows.get(table.shown[at]);
  row.focus({ preventScroll: true });
  row.scrollIntoView({ block: "nearest", inline: "nearest" });
}

function ahead(table, key) {
  const step = { ArrowRight: 1, ArrowLeft: -1 }[key] ?? 0;
  return getComputedStyle(table.table).direction === "rtl" ? -step : step;
}
