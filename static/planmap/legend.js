// The legend: what the colours mean, how many of each, and the filter.

const version = new URL(import.meta.url).search;
const [{ element, icon }, { NONE }] = await Promise.all(
  ["overlays", "layers"].map((name) => import(`./${name}.js${version}`)),
);

// The rows as they are shown, on the screen and in the picture.
export function rowsOf(data) {
  const locked = new Set(data.marks.lockedParts);
  const rows = data.legend.map((entry, code) => ({ ...entry, code, isLocked: locked.has(entry.short) }));
  if (!data.unassigned) return rows;
  const none = { label: data.unassigned, count: data.unassignedCount, colour: null, bar: null, code: NONE };
  return [none, ...rows];
}

export function drawLegend(box, data, hidden, onChange) {
  const { texts } = data;
  const rows = rowsOf(data);
  const told = JSON.stringify([rows, data.legendTitle, data.marks.marketLabel, texts, [...hidden]]);
  if (box.pmTold === told) return; // as it stands: nothing jumps under the user's hand
  box.pmTold = told;
  const list = element("div", "pm-legend-list");
  list.tabIndex = -1;
  const scrolled = box.querySelector(".pm-legend-list")?.scrollTop ?? 0;
  const focused = box.getRootNode().activeElement?.pmCode;
  box.replaceChildren();
  box.hidden = !rows.length;
  if (!rows.length) return;
  const head = element("button", "pm-legend-head", data.legendTitle || texts.legend);
  head.type = "button";
  const isOpen = () => !box.classList.contains("pm-closed");
  head.setAttribute("aria-expanded", String(isOpen()));
  head.onclick = () => {
    box.classList.toggle("pm-closed");
    head.setAttribute("aria-expanded", String(isOpen()));
  };
  const codes = rows.map(({ code }) => code);
  for (const row of rows) list.append(drawRow(row, codes, hidden, texts, onChange));
  box.append(head, list);
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
  if (focused !== undefined) [...list.children].find(({ pmCode }) => pmCode === focused)?.focus();
}

function drawRow(row, codes, hidden, texts, onChange) {
  const button = element("button", "pm-row");
  button.type = "button";
  button.pmCode = row.code;
  button.setAttribute("aria-pressed", String(!hidden.has(row.code)));
  button.title = `${row.label} · ${texts.row}`;
  const swatch = element("span", row.colour ? "pm-swatch" : "pm-swatch pm-hatched");
  if (row.colour) {
    swatch.style.backgroundColor = row.colour;
    swatch.style.borderColor = row.dark;
  }
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
    bar.style.backgroundColor = row.colour;
    bar.style.borderColor = row.dark;
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
    codes.forEach((code) => hidden.add(code));
    hidden.delete(row.code);
    onChange(texts.shown.replace("{name}", row.label));
  };
  return button;
}
