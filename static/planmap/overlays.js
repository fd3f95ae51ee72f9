// What lies over the canvas as HTML: tooltip, buttons. Names from data are only ever
// set as textContent.

/** @import { Tip } from "./types.js" */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag @param {string} [className] @param {string} [text]
 */
export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

// --- tooltip: a name and at most eight facts -----------------------------------

/** @param {HTMLElement} root */
export function makeTooltip(root) {
  const box = element("div", "pm-tip");
  box.setAttribute("role", "status");
  box.hidden = true;
  root.append(box);
  /** @type {string | null} */
  let shown = null;
  return {
    /** @param {string} key @param {Tip} what @param {number} x @param {number} y */
    show(key, what, x, y) {
      if (shown !== key) {
        shown = key;
        box.replaceChildren(...tipParts(what));
        box.hidden = false;
      }
      const wide = root.clientWidth, high = root.clientHeight;
      const left = x + 16 + box.offsetWidth > wide ? x - 16 - box.offsetWidth : x + 16;
      const top = y + 16 + box.offsetHeight > high ? y - 16 - box.offsetHeight : y + 16;
      box.style.transform = `translate(${Math.round(Math.max(4, left))}px, ${Math.round(Math.max(4, top))}px)`;
    },
    hide() {
      if (shown === null) return;
      shown = null;
      box.hidden = true;
    },
  };
}

/** @param {Tip} tip */
function tipParts({ name, facts, entry, noneLabel, part }) {
  /** @type {HTMLElement[]} */
  const parts = [element("div", "pm-tip-name", part ? `${name} · ${part}` : name)];
  const label = entry?.label ?? noneLabel;
  if (label !== undefined) {
    const line = element("div", "pm-tip-class");
    const swatch = element("span", entry ? "pm-swatch" : "pm-swatch pm-hatched");
    if (entry) swatch.style.backgroundColor = entry.colour;
    line.append(swatch, element("span", "", label));
    parts.push(line);
  }
  const shown = facts.filter(([, text]) => text).slice(0, 8);
  if (shown.length) {
    const list = element("dl", "pm-tip-facts");
    for (const [label, text] of shown) {
      list.append(element("dt", "", label), element("dd", "", text));
    }
    parts.push(list);
  }
  return parts;
}

// --- buttons beside the zoom -----------------------------------------------------

const SVG = "http://www.w3.org/2000/svg";
const ICONS = {
  fit: "M14 4h6v6M20 4l-7 7M10 20H4v-6M4 20l7-7",
  box: "M4 4h3M10 4h4M17 4h3v3M20 10v4M20 17v3h-3M14 20h-4M7 20H4v-3M4 14v-4M4 7V4",
  lasso: "M12 4c5 0 8.500 2.200 8.500 5.500S17 15 12 15s-8.500-2.200-8.500-5.500S7 4 12 4zM7 14.500c-2 1.500-1 4 1 4s2.500 1 1.500 2.500",
  polygon: "M5 9l8-5 7 6-3 9-10 1z",
  paint: "M20 4c-4 1-8 5-10 8l2.500 2.500C15.500 12.500 19 8 20 4zM9 13.500c-3 0-3 3.500-6 5.500 4 1.500 8.500 0 8-3.500z",
  line: "M4 20L20 4M4 9h5M15 20v-5",
  help: "M9 9.500a3 3 0 1 1 4.500 2.600c-1 .600-1.500 1.200-1.500 2.400M12 18v.100",
  picture: "M12 4v11M7 10.500l5 5 5-5M5 20h14",
  lock: "M6 11h12v9H6zM8.500 11V8a3.500 3.500 0 0 1 7 0v3",
  home: "M4 12l8-8 8 8M6 10v10h12V10",
};

/** @param {keyof typeof ICONS} name */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

// A bar of buttons; `add` returns the button.
/** @param {typeof import("leaflet")} L @param {import("leaflet").Map} map */
export function makeBar(L, map) {
  const bar = element("div", "leaflet-bar leaflet-control");
  L.DomEvent.disableClickPropagation(bar);
  const control = new L.Control({ position: "topleft" });
  control.onAdd = () => bar;
  control.addTo(map);
  return {
    bar,
    /** @param {keyof typeof ICONS} name @param {string} title @param {() => void} onClick */
    add(name, title, onClick) {
      const button = element("a", "pm-tool");
      button.href = "#";
      button.title = title;
      button.setAttribute("role", "button");
      button.setAttribute("aria-label", title);
      button.append(icon(name));
      bar.append(button);
      const press = (/** @type {Event} */ event) => {
        L.DomEvent.stop(event);
        onClick();
      };
      L.DomEvent.on(button, "click", press);
      L.DomEvent.on(button, "keydown", (event) => {
        // a button, though Leaflet's bars hold links
        if (event instanceof KeyboardEvent && event.key === " ") press(event);
      });
      return button;
    },
  };
}
