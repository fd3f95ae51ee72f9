// The keys of the map, while it has the focus, and the list of them.

const version = new URL(import.meta.url).search;
const { element } = await import(`./overlays.js${version}`);

export class Keys {
  // host: the map with its boxes, `data`, `send`
  constructor(host, bar) {
    this.host = host;
    this.list = null;
    this.button = bar.add("help", host.data.texts.help, () => this.toggle());
    this.button.setAttribute("aria-expanded", "false");
    host.canvasBox.addEventListener("keydown", (event) => this.press(event));
  }

  offer(events) {
    this.isOn = events.includes("key");
    this.button.classList.toggle("pm-gone", !this.isOn);
    if (!this.isOn) this.close();
  }

  press(event) {
    if (!this.isOn || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const name = nameOf(event);
    const known = this.host.data.keys.find(([key]) => key === name);
    if (!known) return;
    event.preventDefault();
    event.stopPropagation();
    const [, action, text] = known;
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
    this.list = element("div", "pm-help");
    this.list.setAttribute("role", "dialog");
    this.list.setAttribute("aria-label", data.texts.keys);
    this.list.tabIndex = -1;
    const head = element("div", "pm-help-head", data.texts.keys);
    const close = element("button", "pm-help-close", data.texts.close);
    close.type = "button";
    close.onclick = () => this.close();
    head.append(close);
    const rows = element("dl", "pm-help-rows");
    const shown = [...data.keys.map(([key, , text]) => [key, text]), ...data.hands];
    for (const [key, text] of shown) rows.append(element("dt", "", key), element("dd", "", text));
    this.list.append(head, rows);
    this.list.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" && event.key !== "?") return;
      event.preventDefault();
      event.stopPropagation();
      this.close();
    });
    box.append(this.list);
    this.button.setAttribute("aria-expanded", "true");
    this.list.focus({ preventScroll: true });
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
function nameOf(event) {
  const place = /^Key([A-Z])$/.exec(event.code);
  const isLatin = /^[a-z]$/i.test(event.key);
  const letter = isLatin ? event.key : event.key.charCodeAt(0) > 127 && place ? place[1] : null;
  if (letter === null) return event.key;
  return event.shiftKey ? `Shift+${letter.toUpperCase()}` : letter.toLowerCase();
}
