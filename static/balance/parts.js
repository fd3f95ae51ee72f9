// What all tables are made of. Text from data is only ever set as text.

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  locked: "M7 11V7a5 5 0 0 1 10 0v4M5 11h14v10H5z",
  open: "M7 11V7a5 5 0 0 1 9.6-2M5 11h14v10H5z",
  zoom: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5M11 8v6M8 11h6",
};

export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

export function button(className, label, onClick, iconName = "") {
  const made = element("button", className, iconName ? "" : label);
  made.type = "button";
  if (iconName) relabel(made, label, iconName);
  made.addEventListener("click", onClick);
  return made;
}

// Give a button with an icon another meaning; it stays the same element.
export function relabel(made, label, iconName) {
  if (made.dataset.icon !== iconName) made.replaceChildren(icon(iconName));
  made.dataset.icon = iconName;
  made.setAttribute("aria-label", label);
  made.title = label;
}

export function toggle(label, onChange) {
  const made = button("bt-toggle", label, () => {
    const isOn = made.getAttribute("aria-pressed") !== "true";
    made.setAttribute("aria-pressed", isOn);
    onChange(isOn);
  });
  made.setAttribute("aria-pressed", "false");
  return made;
}

// Streamlit listens for single letters on the whole page (r, c): what is typed into a
// field of ours must not reach it.
export function field(label, placeholder, onInput) {
  const made = element("input", "bt-field");
  made.type = "search";
  made.placeholder = placeholder;
  made.setAttribute("aria-label", label);
  made.addEventListener("input", () => onInput(made.value));
  for (const kind of ["keydown", "keypress", "keyup"]) {
    made.addEventListener(kind, (event) => {
      if (event.key !== "Escape") event.stopPropagation();
    });
  }
  return made;
}

export function addSheet(place, address) {
  return new Promise((resolve) => {
    const link = element("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = link.onerror = resolve;
    place.append(link);
  });
}

// Run `write` only where what is shown differs: untouched cells stay as they are, and
// with them the selection of text and the place of a screen reader.
export function patch(cell, signature, write) {
  if (cell.signature === signature) return;
  cell.signature = signature;
  write(cell);
}

// Old → new; read aloud as "was … now …".
export function beforeAfter(text, was) {
  if (was === undefined || was === "") return [document.createTextNode(text)];
  const arrow = element("span", "bt-arrow", "→");
  arrow.setAttribute("aria-hidden", "true");
  return [
    element("span", "bt-aloud", "was "), element("span", "bt-was", was), arrow,
    element("span", "bt-aloud", " now "), document.createTextNode(text),
  ];
}

const REACH = 3; // the bar spans so many tolerances to each side
const LOOSE = 0.1; // of a measure without tolerance

// A deviation: a bar around zero with the tolerance as a band, a tick for before.
export function deviationBar(value, tolerance, from) {
  const bar = element("span", "bt-dev");
  bar.setAttribute("aria-hidden", "true");
  const at = (share) => 50 + 50 * Math.max(-1, Math.min(1, share / (REACH * (tolerance ?? LOOSE))));
  const piece = (name, left, width) => {
    const made = element("i", name);
    made.style.left = `${left}%`;
    if (width !== undefined) made.style.width = `${width}%`;
    bar.append(made);
  };
  if (tolerance !== null) piece("bt-band", at(-tolerance), at(tolerance) - at(-tolerance));
  const end = at(value);
  const side = !isOff(value, tolerance) ? "bt-fine" : value > 0 ? "bt-over" : "bt-under";
  piece(`bt-bar ${side}`, Math.min(end, 50), Math.max(Math.abs(end - 50), 1));
  if (from !== undefined && from !== null) piece("bt-from", at(from));
  piece("bt-zero", 50);
  return bar;
}

export function isOff(value, tolerance) {
  return value !== null && tolerance !== null && Math.abs(value) > tolerance + 1e-9;
}

// Order of rows by a column; what is missing comes last either way.
export function orderBy(rows, valueOf, isDown) {
  const collator = new Intl.Collator(undefined, { numeric: true });
  const isMissing = (value) => value === null || value === undefined || value === "";
  const compare = (a, b) => (typeof a === "string" ? collator.compare(a, b) : a - b);
  return rows
    .map((row, place) => [row, valueOf(row), place])
    .sort(([, a, i], [, b, j]) => {
      if (isMissing(a) || isMissing(b)) return isMissing(a) - isMissing(b) || i - j;
      return (isDown ? -compare(a, b) : compare(a, b)) || i - j;
    })
    .map(([row]) => row);
}

const PATIENCE_MS = 10000; // without an answer for so long, the next gesture goes at once

// Gestures on their way to Python, one at a time: Streamlit keeps only the last of two
// that reach it in one run, and a row locked by a quick key would stay open.
export class Mailbox {
  constructor(heard) {
    this.turn = heard;
    this.waiting = [];
    this.underway = null;
  }

  put(event) {
    const last = this.waiting.at(-1);
    if (last?.kind !== event.kind) this.waiting.push(event);
    else if (event.kind === "choose" || event.kind === "select" || event.kind === "zoom") Object.assign(last, event);
    else if (last.ids && event.ids) last.ids = [...new Set([...last.ids, ...event.ids])];
    else this.waiting.push(event);
    if (this.underway && Date.now() - this.sentAt > PATIENCE_MS) this.underway = null;
    this.post();
  }

  has(kind) {
    return this.underway?.kind === kind || this.waiting.some((event) => event.kind === kind);
  }

  heard(turn) {
    if (this.underway && turn >= this.underway.turn) this.underway = null;
    this.post();
  }

  post() {
    if (this.underway || !this.waiting.length || !this.send) return;
    this.turn += 1;
    this.underway = { ...this.waiting.shift(), turn: this.turn };
    this.sentAt = Date.now();
    this.send(this.underway);
  }
}
