// A list of units or accounts: 100,000 rows, of which those in view are drawn.

/** @import { Kind, ListData, ListLook, Load, Rows } from "./types.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [parts, bars, blocks, keys, orders, { Lines, drawHead, markSorting }, { Mailbox }] = await Promise.all([
  load("parts"), load("listbar"), load("rows"), load("listkeys"), load("order"), load("lines"), load("mailbox"),
]);
const { element, patch } = parts;
const { NOWHERE } = orders;

const SPARE = 4; // rows drawn beyond the edge
const CHOICE_MS = 250; // ticks in quick succession are told at once
/** @type {Rows} */
const NOTHING = { version: "", ids: [], names: [], beside: [], columns: [], n: 0 }; // before its block is there
/** @type {Map<string, ListLook>} key → how the user left the list; outlives a page change */
const looks = new Map();

export class ListTable {
  /** @param {HTMLElement} box @param {ListData} data */
  constructor(box, data) {
    this.look = looks.get(data.key) ?? { sort: null, text: "", where: "all", isChosen: false, isLocked: false, isChanged: false, active: 0, top: 0 };
    looks.set(data.key, this.look);
    this.box = box;
    this.data = data;
    this.isWaiting = true;
    this.rows = NOTHING;
    this.codes = new Uint16Array(); // place of each row's territory
    this.was = this.codes; // before what is pending
    this.locked = new Uint8Array();
    this.chosen = new Uint8Array();
    this.write = blocks.writers(data);
    /** @type {Uint32Array | null} all rows as sorted; null: to be sorted anew */
    this.sorted = null;
    this.sortedBy = ""; // the codes that it was sorted by
    this.order = new Uint32Array(); // of them those shown
    /** @type {number | null} place of the active row among those shown; null: not looked up */
    this.place = null;
    /** @type {number | null} row ticked last */
    this.anchor = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} a choice not told yet */
    this.choosing = undefined;
    /** @type {number | null} */
    this.frame = null;
    this.post = new Mailbox(data.heard);
    this.lines = new Lines(this);
    this.count = element("span", "bt-count");
    this.where = bars.makeWhere(this);
    this.changedOnly = parts.toggle("Changed", this.look.isChanged, (isOn) => this.filter({ isChanged: isOn }));
    this.actions = bars.makeActions(this);
    this.head = element("div", "bt-line bt-list-head");
    this.head.setAttribute("role", "row");
    this.body = element("div", "bt-list-body");
    this.body.setAttribute("role", "rowgroup");
    this.empty = element("p", "bt-empty");
    this.scroll = this.makeScroll();
    this.note = element("div", "bt-aloud");
    this.note.setAttribute("role", "status");
    box.append(bars.makeBar(this), this.actions.bar, this.scroll, this.note);
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.scroll);
  }

  destroy() {
    this.sizes.disconnect();
    clearTimeout(this.choosing);
    this.box.remove();
  }

  makeScroll() {
    const scroll = element("div", "bt-scroll bt-list");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "grid");
    scroll.setAttribute("aria-multiselectable", "true");
    scroll.append(this.head, this.body, this.empty);
    scroll.addEventListener("scroll", () => {
      this.look.top = scroll.scrollTop;
      this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw(); });
    });
    scroll.addEventListener("keydown", (event) => keys.press(this, event));
    this.body.addEventListener("click", (event) => keys.click(this, event));
    return scroll;
  }

  // --- what is shown -------------------------------------------------------------

  /** @param {Kind} kind */
  can(kind) {
    return this.data.events.includes(kind);
  }

  /** @param {ListData} data of a newer run */
  async update(data) {
    this.data = data;
    const rows = blocks.rowsOf(data.rows);
    this.isWaiting = !rows;
    if (!rows) return;
    const [codes, was, locked, chosen] = await Promise.all(
      [data.codes, data.was || data.codes, data.locked, data.chosen].map(blocks.unpack),
    );
    if (this.data !== data) return; // a later run was quicker
    const isFirst = this.rows === NOTHING;
    const isOther = this.rows !== rows;
    this.rows = rows;
    this.codes = new Uint16Array(codes);
    this.was = new Uint16Array(was);
    this.changedOnly.hidden = !data.was;
    this.locked = blocks.spread(new Uint8Array(locked), rows.n);
    // What was ticked but not told yet is newer than what Python knows.
    const isNewer = this.choosing !== undefined || this.post.has("choose");
    if (isOther || !isNewer) this.chosen = blocks.spread(new Uint8Array(chosen), rows.n);
    this.write = blocks.writers(data);
    this.box.style.setProperty("--bt-height", `${data.height}px`);
    this.scroll.setAttribute("aria-label", data.label);
    this.offerTerritories();
    drawHead(this);
    if (isOther) this.sorted = null;
    this.arrange();
    if (isFirst) { this.scroll.scrollTop = this.look.top; this.draw(); }
  }

  offerTerritories() {
    const { territories } = this.data;
    patch(this.where, JSON.stringify(territories), () => {
      const options = [["all", "All territories"], ["none", "No territory"], ...territories];
      this.where.replaceChildren(...options.map(([value, label]) => {
        const made = element("option", "", label);
        made.value = value;
        return made;
      }));
      if (!options.some(([value]) => value === this.look.where)) this.look.where = "all";
      this.where.value = this.look.where;
    });
  }

  /** @param {number} code */
  territoryOf(code) {
    return code === NOWHERE ? null : this.data.territories[code];
  }

  /** @param {Partial<ListLook>} change */
  filter(change) {
    Object.assign(this.look, change);
    this.show();
  }

  /** @param {string} id of a column @param {boolean} isText */
  sortBy(id, isText) {
    this.look.sort = orders.nextSort(this.look.sort, id, isText, this.isStale());
    this.sorted = null;
    this.show();
  }

  // What the user asked for starts at its first row.
  show() {
    this.scroll.scrollTop = 0;
    this.arrange();
    this.tell();
  }

  // The order stays as it was sorted while territories change under it.
  isStale() {
    return this.look.sort?.id === "territory" && this.sortedBy !== this.data.codes;
  }

  arrange() {
    const { look, data, rows } = this;
    if (rows === NOTHING) return;
    if (!this.sorted) {
      this.sorted = orders.sortedRows(rows, this.codes, look.sort);
      this.sortedBy = data.codes;
    }
    const active = this.order[this.at()] ?? look.active;
    this.order = orders.fitting(this.sorted, { ...look, isChanged: look.isChanged && !this.changedOnly.hidden }, {
      territories: data.territories, codes: this.codes, was: this.was, chosen: this.chosen, locked: this.locked,
      haystack: look.text.trim() ? blocks.haystackOf(rows) : null,
    });
    if (!this.order.includes(active)) look.active = this.order[0] ?? 0;
    this.place = null;
    markSorting(this);
    this.scroll.setAttribute("aria-rowcount", String(this.order.length + 1));
    this.empty.textContent = `No ${data.nouns[1]} fit the filter.`;
    this.empty.hidden = this.order.length > 0;
    this.draw();
    this.countUp();
  }

  countUp() {
    const { rows, data, actions } = this;
    const write = this.write.count;
    const n = this.chosen.reduce((sum, flag) => sum + flag, 0);
    const shown = this.order.length === rows.n ? write(rows.n) : `${write(this.order.length)} of ${write(rows.n)}`;
    this.count.textContent = `${shown} ${data.nouns[1]}${n ? ` · ${write(n)} chosen` : ""}`;
    const canChoose = this.can("choose");
    actions.chooseAll.hidden = actions.clear.hidden = !canChoose;
    actions.lock.hidden = actions.unlock.hidden = !this.can("lock") || !canChoose;
    actions.zoom.hidden = !this.can("zoom");
    actions.chooseAll.disabled = actions.zoom.disabled = !this.order.length;
    actions.clear.disabled = actions.lock.disabled = actions.unlock.disabled = !n;
  }

  tell() {
    this.note.textContent = this.count.textContent;
  }

  lineHeight() {
    return matchMedia("(pointer: coarse)").matches ? 40 : 28;
  }

  draw() {
    if (this.rows === NOTHING) return;
    const height = this.lineHeight();
    const total = `${this.order.length * height}px`;
    if (this.body.style.height !== total) this.body.style.height = total;
    const first = Math.max(0, Math.floor(this.scroll.scrollTop / height) - SPARE);
    const n = Math.min(this.order.length - first, Math.ceil(this.scroll.clientHeight / height) + 2 * SPARE);
    const active = this.lines.draw(first, n, height).get(this.at());
    if (active) this.scroll.setAttribute("aria-activedescendant", active.id);
    else this.scroll.removeAttribute("aria-activedescendant");
  }

  // --- what the user does -----------------------------------------------------------

  at() {
    this.place ??= Math.max(0, this.order.indexOf(this.look.active));
    return this.place;
  }

  /** @param {number} to place among the rows shown; beyond the ends: the end */
  goTo(to) {
    const at = Math.max(0, Math.min(this.order.length - 1, to));
    this.look.active = this.order[at] ?? 0;
    this.place = at;
    const height = this.lineHeight();
    const room = this.scroll.clientHeight - this.head.offsetHeight;
    if (at * height < this.scroll.scrollTop) this.scroll.scrollTop = at * height;
    else if ((at + 1) * height > this.scroll.scrollTop + room) this.scroll.scrollTop = (at + 1) * height - room;
    this.draw();
  }

  /** @param {Iterable<number>} rows @param {0 | 1} flag */
  choose(rows, flag) {
    if (!this.can("choose")) return;
    for (const i of rows) this.chosen[i] = flag;
    clearTimeout(this.choosing);
    this.choosing = setTimeout(() => this.tellChoice(), CHOICE_MS);
    this.draw();
    this.countUp();
  }

  /** @param {Iterable<number>} rows @param {0 | 1} flag */
  chooseMany(rows, flag) {
    this.choose(rows, flag);
    this.tell();
  }

  tellChoice() {
    this.choosing = undefined;
    this.post.put({ kind: "choose", bits: blocks.gather(this.chosen), version: this.rows.version });
  }

  /** @param {"lock" | "unlock"} kind */
  lockChosen(kind) {
    this.post.put({ kind, bits: blocks.gather(this.chosen), version: this.rows.version });
  }

  zoom() {
    this.post.put({ kind: "zoom", ids: [this.rows.ids[this.look.active]] });
  }

  /** @param {number} i */
  toggleLock(i) {
    if (this.can("lock")) this.post.put({ kind: this.locked[i] ? "unlock" : "lock", ids: [this.rows.ids[i]] });
  }
}
