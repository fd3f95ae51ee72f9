// The legend: what the colours mean, how many of each, and the filter.

/** @import { Load, MapData, Row } from "./types.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [{ element, icon }, { NONE }] = await Promise.all([load("overlays"), load("layers")]);

const [WIDE_PX, HEAD_PX, ROW_PX] = [184, 32, 28]; // as planmap.css draws it

/** @type {WeakMap<Element, string>} what a legend shows now */
const shownIn = new WeakMap();

// The rows as they are shown, on the screen and in the picture.
/** @param {MapData} data @returns {Row[]} */
export function rowsOf(data) {
  const locked = new Set(data.marks.lockedParts);
  /** @type {Row[]} */
  const rows = data.legend.map((entry, code) => ({ ...entry, code, isLocked: locked.has(entry.short) }));
  if (!data.unassigned) return rows;
  const none = { label: data.unassigned, count: data.unassignedCount, colour: null, bar: null, code: NONE };
  return [none, ...rows];
}

// Whether the open legend would cover a third of the map or stand higher than half of it.
/** @param {HTMLElement} box of the map @param {MapData} data */
export function isTooLarge(box, data) {
  const high = Math.min(data.height, HEAD_PX + rowsOf(data).length * ROW_PX);
  return high * WIDE_PX * 3 > box.clientWidth * data.height || high * 2 > data.height;
}

/**
 * @param {HTMLElement} box @param {MapData} data @param {Set<number>} hidden
 * @param {(text: string) => void} onChange
 */
export function drawLegend(box, data, hidden, onChange) {
  const { texts } = data;
  const rows = rowsOf(data);
  const content = JSON.stringify([rows, data.legendTitle, data.marks.marketLabel, texts, [...hidden]]);
  if (shownIn.get(box) === content) return; // as it stands: nothing jumps under the user's hand
  shownIn.set(box, content);
  const list = element("div", "pm-legend-list");
  list.tabIndex = -1;
  const scrolled = box.querySelector(".pm-legend-list")?.scrollTop ?? 0;
  const focused = focusedRow(box);
  box.replaceChildren();
  box.hidden = !rows.length;
  if (!rows.length) return;
  const codes = rows.map(({ code }) => code);
  for (const row of rows) list.append(drawRow(row, codes, hidden, texts, onChange));
  box.append(drawHead(box, data.legendTitle || texts.legend), list);
  if (data.marks.marketLabel) {
    const note = element("div", "pm-legend-note");
    note.append(element("span", "pm-circle"), element("span", "", data.marks.marketLabel));
    box.append(note);
  }
  if (hidden.size) {
    const reset = element("button", "pm-legend-reset", texts.all);
    reset.type = "button";
    reset.onclick = () => {
      hidden.clear();
      onChange(texts.all);
    };
    box.append(reset);
  }
  list.scrollTop = scrolled; // redrawn under the user's hand
  if (focused) /** @type {HTMLElement | null} */ (list.querySelector(`[data-code="${focused}"]`))?.focus();
}

// The code of the row that has the focus.
/** @param {HTMLElement} box */
function focusedRow(box) {
  const root = box.getRootNode();
  const focused = root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null;
  return focused instanceof HTMLElement && box.contains(focused) ? focused.dataset.code : undefined;
}

/** @param {HTMLElement} box @param {string} title */
function drawHead(box, title) {
  const head = element("button", "pm-legend-head", title);
  head.type = "button";
  const isOpen = () => !box.classList.contains("pm-closed");
  head.setAttribute("aria-expanded", String(isOpen()));
  head.onclick = () => {
    box.classList.toggle("pm-closed");
    head.setAttribute("aria-expanded", String(isOpen()));
  };
  return head;
}

/**
 * @param {Row} row @param {number[]} codes of all rows @param {Set<number>} hidden
 * @param {MapData["texts"]} texts @param {(text: string) => void} onChange
 */
function drawRow(row, codes, hidden, texts, onChange) {
  const button = element("button", "pm-row");
  button.type = "button";
  button.dataset.code = String(row.code);
  button.setAttribute("aria-pressed", String(!hidden.has(row.code)));
  button.title = `${row.label} · ${texts.row}`;
  const swatch = element("span", row.colour ? "pm-swatch" : "pm-swatch pm-hatched");
  paintBox(swatch, row);
  const label = element("span", "pm-row-label", row.label);
  if (row.isLocked) {
    const sign = element("span", "pm-row-lock");
    sign.setAttribute("role", "img");
    sign.setAttribute("aria-label", texts.locked);
    sign.append(icon("lock"));
    label.append(sign);
  }
  button.append(swatch, label, element("span", "pm-row-count", row.count));
  if (row.bar !== null) {
    const bar = element("span", "pm-row-bar");
    bar.style.width = `${100 * row.bar}%`;
    paintBox(bar, row);
    const track = element("span", "pm-row-track");
    track.append(bar);
    button.append(track);
  }
  button.onclick = () => {
    const isShown = hidden.delete(row.code);
    if (!isShown) hidden.add(row.code);
    onChange((isShown ? texts.shown : texts.hidden).replace("{name}", row.label));
  };
  button.ondblclick = () => {
    for (const code of codes) hidden.add(code);
    hidden.delete(row.code);
    onChange(texts.shown.replace("{name}", row.label));
  };
  return button;
}

/** @param {HTMLElement} box @param {Row} row */
function paintBox(box, { colour, dark }) {
  if (!colour) return;
  box.style.backgroundColor = colour;
  box.style.borderColor = dark ?? colour;
}
