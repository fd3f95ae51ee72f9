// The keys of the map, while it has the focus, and the list of them.

/** @import { Load } from "./types.js" */
/** @import { PlanMap } from "./map.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const { element } = await load("overlays");

export class Keys {
  /** @param {PlanMap} host @param {ReturnType<typeof import("./overlays.js").makeBar>} bar */
  constructor(host, bar) {
    this.host = host;
    this.isOn = false;
    /** @type {HTMLElement | null} */
    this.list = null;
    this.button = bar.add("help", host.data.texts.help, () => this.toggle());
    this.button.setAttribute("aria-expanded", "false");
    host.canvasBox.addEventListener("keydown", (event) => this.press(event));
  }

  /** @param {string[]} events */
  offer(events) {
    this.isOn = events.includes("key");
    this.button.classList.toggle("pm-gone", !this.isOn);
    if (!this.isOn) this.close();
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (!this.isOn || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const name = nameOf(event);
    const entry = this.host.data.keys.find(([key]) => key === name);
    if (!entry) return;
    event.preventDefault();
    event.stopPropagation();
    const [, action, text] = entry;
    if (action === null) this.toggle();
    else {
      this.host.say(text);
      this.host.send({ kind: "key", ids: [action], unit_ids: [] });
    }
  }

  toggle() {
    if (this.list) this.close();
    else this.open();
  }

  open() {
    const { data, box } = this.host;
    const list = element("div", "pm-help");
    list.setAttribute("role", "dialog");
    list.setAttribute("aria-label", data.texts.keys);
    list.tabIndex = -1;
    const head = element("div", "pm-help-head", data.texts.keys);
    const close = element("button", "pm-help-close", data.texts.close);
    close.type = "button";
    close.onclick = () => this.close();
    head.append(close);
    const rows = element("dl", "pm-help-rows");
    const shown = [...data.keys.map(([key, , text]) => [key, text]), ...data.hands];
    for (const [key, text] of shown) rows.append(element("dt", "", key), element("dd", "", text));
    list.append(head, rows);
    list.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" && event.key !== "?") return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
    });
    box.append(list);
    this.list = list;
    this.button.setAttribute("aria-expanded", "true");
    list.focus({ preventScroll: true });
  }

  close() {
    if (!this.list) return;
    this.list.remove();
    this.list = null;
    this.button.setAttribute("aria-expanded", "false");
    this.host.canvasBox.focus({ preventScroll: true });
  }
}

// Other alphabets give other letters: then the place on the keyboard counts.
/** @param {Pick<KeyboardEvent, "key" | "code" | "shiftKey">} event */
export function nameOf(event) {
  const place = /^Key([A-Z])$/.exec(event.code);
  const isLatin = /^[a-z]$/i.test(event.key);
  const letter = isLatin ? event.key : event.key.charCodeAt(0) > 127 && place ? place[1] : null;
  if (letter === null) return event.key;
  return event.shiftKey ? `Shift+${letter.toUpperCase()}` : letter.toLowerCase();
}
