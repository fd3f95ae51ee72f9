// What all tables are made of. Text from data is only ever set as text.

/** @import { Load } from "./types.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const { barPieces } = await load("bars");

const SVG = "http://www.w3.org/2000/svg";
/** @typedef {keyof typeof ICONS} Icon */
const ICONS = {
  locked: "M7 11V7a5 5 0 0 1 10 0v4M5 11h14v10H5z",
  open: "M7 11V7a5 5 0 0 1 9.6-2M5 11h14v10H5z",
  zoom: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14M16 16l5 5M11 8v6M8 11h6",
};

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {string} [className] @param {string} [text]
 */
export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

/** @param {Icon} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

/** @param {string} className @param {string} label @param {() => void} onClick @param {Icon} [iconName] */
export function button(className, label, onClick, iconName) {
  const made = element("button", className, iconName ? "" : label);
  made.type = "button";
  if (iconName) relabel(made, label, iconName);
  made.addEventListener("click", onClick);
  return made;
}

// Give a button with an icon another meaning; it stays the same element.
/** @param {HTMLElement} made @param {string} label @param {Icon} iconName */
export function relabel(made, label, iconName) {
  if (made.dataset.icon !== iconName) made.replaceChildren(icon(iconName));
  made.dataset.icon = iconName;
  made.setAttribute("aria-label", label);
  made.title = label;
}

/** @param {string} label @param {boolean} isOn at first @param {(isOn: boolean) => void} onChange */
export function toggle(label, isOn, onChange) {
  const made = button("bt-toggle", label, () => {
    const isNow = made.getAttribute("aria-pressed") !== "true";
    made.setAttribute("aria-pressed", String(isNow));
    onChange(isNow);
  });
  made.setAttribute("aria-pressed", String(isOn));
  return made;
}

// Streamlit listens for single letters on the whole page (r, c): what is typed into a
// field of ours must not reach it.
/** @param {string} label @param {string} text at first @param {(text: string) => void} onInput */
export function field(label, text, onInput) {
  const made = element("input", "bt-field");
  made.type = "search";
  made.placeholder = "Filter";
  made.value = text;
  made.setAttribute("aria-label", label);
  made.addEventListener("input", () => onInput(made.value));
  for (const kind of /** @type {const} */ (["keydown", "keypress", "keyup"])) {
    made.addEventListener(kind, (event) => {
      if (event.key !== "Escape") event.stopPropagation();
    });
  }
  return made;
}

/** @param {Node} place @param {string} address */
export function addSheet(place, address) {
  return new Promise((resolve) => {
    const link = element("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = link.onerror = resolve;
    place.appendChild(link);
  });
}

/** @type {WeakMap<Element, string>} */
const signatures = new WeakMap();

// Run `write` only where what is shown differs: untouched cells stay as they are, and
// with them the selection of text and the place of a screen reader.
/** @param {Element} cell @param {string} signature of what it is to show @param {() => void} write */
export function patch(cell, signature, write) {
  if (signatures.get(cell) === signature) return;
  signatures.set(cell, signature);
  write();
}

// What is shown next is written anew, whatever stands there.
/** @param {Element} cell */
export function forget(cell) {
  signatures.delete(cell);
}

// Old → new; read aloud as "was … now …".
/** @param {string} text @param {string} [was] @returns {(Element | Text)[]} */
export function beforeAfter(text, was) {
  if (was === undefined || was === "") return [document.createTextNode(text)];
  const arrow = element("span", "bt-arrow", "→");
  arrow.setAttribute("aria-hidden", "true");
  return [
    element("span", "bt-aloud", "was "), element("span", "bt-was", was), arrow,
    element("span", "bt-aloud", " now "), document.createTextNode(text),
  ];
}

// A deviation: a bar around zero with the tolerance as a band, a tick for before.
/** @param {number} value @param {number | null} tolerance @param {number | null} [from] */
export function deviationBar(value, tolerance, from) {
  const bar = element("span", "bt-dev");
  bar.setAttribute("aria-hidden", "true");
  for (const { name, left, width } of barPieces(value, tolerance, from)) {
    const piece = element("i", name);
    piece.style.left = `${left}%`;
    if (width !== undefined) piece.style.width = `${width}%`;
    bar.append(piece);
  }
  return bar;
}
