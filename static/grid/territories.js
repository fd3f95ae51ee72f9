// The balance table: a grid of territories, each figure before → after.

/** @import { Kind, Load, TerritoryData, TerritoryLook, TerritoryRow } from "./types.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [parts, keys, cells, heads, orders, { Mailbox }] = await Promise.all([
  load("parts"), load("keys"), load("cells"), load("heads"), load("order"), load("mailbox"),
]);
const { element, patch } = parts;

const MOVED_MS = 3000; // a table that comes back so soon was moved, not left
/** @type {Map<string, TerritoryLook>} key → how the user left the table; outlives a page change */
const looks = new Map();

export class TerritoryTable {
  /** @param {HTMLElement} box @param {TerritoryData} data */
  constructor(box, data) {
    this.look = looks.get(data.key) ?? {
      sort: null, order: [], text: "", isOff: false, isChanged: false, active: "", top: 0, leftAt: 0, hasFocus: false,
      post: new Mailbox(data.heard),
    };
    looks.set(data.key, this.look);
    // Streamlit may put the table into another place of the page: what was under way
    // goes on there, and so does the focus.
    this.post = this.look.post;
    this.box = box;
    this.data = data;
    this.isNew = true;
    /** @type {Map<string, number>} id → its row in the data */
    this.at = new Map();
    this.has = setsOf(data);
    /** @type {Map<string, HTMLTableRowElement>} id → its row on the page */
    this.rows = new Map();
    /** @type {string[]} ids of the rows that are shown, in order */
    this.shown = [];
    this.place = -1; // of the row with the focus; −1: it is elsewhere
    /** @type {HTMLElement[]} buttons, from left to right */
    this.headings = [];
    /** @type {HTMLButtonElement | null} */
    this.lockAll = null;
    this.count = element("span", "bt-count");
    this.offOnly = parts.toggle("Off balance", this.look.isOff, (isOn) => this.filter({ isOff: isOn }));
    this.changedOnly = parts.toggle("Changed", this.look.isChanged, (isOn) => this.filter({ isChanged: isOn }));
    this.table = element("table");
    this.table.setAttribute("role", "grid");
    this.head = this.table.createTHead();
    this.body = this.table.createTBody();
    this.foot = this.table.createTFoot();
    this.empty = element("p", "bt-empty", "No territory fits the filter.");
    this.scroll = element("div", "bt-scroll");
    this.scroll.append(this.table, this.empty);
    this.note = element("div", "bt-aloud");
    this.note.setAttribute("role", "status");
    box.append(this.makeBar(), this.scroll, this.note);
    this.listen();
  }

  listen() {
    this.scroll.addEventListener("scroll", () => { this.look.top = this.scroll.scrollTop; });
    this.table.addEventListener("keydown", (event) => keys.press(this, event));
    this.body.addEventListener("click", (event) => this.click(event));
    this.body.addEventListener("focusin", (event) => {
      this.look.hasFocus = true;
      const row = rowOf(event);
      if (row) this.activate(row.dataset.id ?? "");
    });
    this.body.addEventListener("focusout", () => {
      // A row that is taken away loses the focus without its user having left.
      if (this.box.isConnected) this.look.hasFocus = false;
    });
  }

  makeBar() {
    const bar = element("div", "bt-bar");
    const field = parts.field("Filter territories", this.look.text, (text) => this.filter({ text }));
    bar.append(field, this.offOnly, this.changedOnly, this.count);
    return bar;
  }

  destroy() {
    this.look.leftAt = Date.now();
    this.box.remove();
  }

  takeFocusBack() {
    const { look } = this;
    const isMoved = look.hasFocus && Date.now() - look.leftAt < MOVED_MS;
    if (isMoved && document.activeElement === document.body) this.rows.get(look.active)?.focus({ preventScroll: true });
  }

  // --- what is shown -------------------------------------------------------------

  /** @param {TerritoryData} data of a newer run */
  update(data) {
    const isFirst = this.isNew;
    this.isNew = false;
    this.data = data;
    this.at = new Map(data.rows.map(([id], i) => [id, i]));
    this.has = setsOf(data);
    this.box.style.setProperty("--bt-height", `${data.height}px`);
    this.table.setAttribute("aria-label", data.label);
    this.changedOnly.hidden = !data.isPending;
    this.offOnly.hidden = data.columns.every((column) => column.tolerance === null);
    this.place = this.table.contains(this.focused()) ? this.shown.indexOf(this.look.active) : -1;
    this.drawHead();
    data.rows.forEach((row, i) => { this.drawRow(row, i); });
    for (const [id, row] of this.rows) if (!this.at.has(id)) { row.remove(); this.rows.delete(id); }
    cells.drawFoot(this.foot, data.foot, data.columns);
    this.arrange();
    if (!isFirst) return;
    requestAnimationFrame(() => { this.scroll.scrollTop = this.look.top; });
    this.takeFocusBack();
  }

  /** @param {Kind} kind */
  can(kind) {
    return this.data.events.includes(kind);
  }

  /** @returns {Element | null} */
  focused() {
    const root = this.box.getRootNode();
    return root instanceof ShadowRoot || root instanceof Document ? root.activeElement : null;
  }

  drawHead() {
    const { columns } = this.data;
    const canLock = this.can("lock");
    const shape = JSON.stringify([canLock, columns.map(({ id, group, head }) => [id, group, head])]);
    patch(this.head, shape, () => {
      const focused = this.focused();
      const place = focused instanceof HTMLElement ? this.headings.indexOf(focused) : -1;
      const { headings, lockAll } = heads.drawHeads(this.head, columns, {
        lockAll: canLock ? () => this.toggleAll() : null, sortBy: (id) => this.sortBy(id),
      });
      this.headings = headings;
      this.lockAll = lockAll;
      headings[place]?.focus();
      for (const row of this.rows.values()) row.remove();
      this.rows.clear(); // other columns, other cells
    });
  }

  /** @param {TerritoryRow} entry @param {number} i */
  drawRow(entry, i) {
    const { columns, selected } = this.data;
    const [id, label] = entry;
    const row = this.rows.get(id) ?? cells.makeRow(id, columns);
    this.rows.set(id, row);
    const [isLocked, isGone] = [this.has.locked.has(i), this.has.gone.has(i)];
    row.classList.toggle("bt-changed", this.has.changed.has(i));
    row.classList.toggle("bt-gone", isGone);
    if (this.can("select")) row.setAttribute("aria-selected", String(id === selected));
    const [lock, name, ...figures] = row.children;
    cells.drawLock(lock, label, { isLocked, canLock: this.can("lock") && !isGone, onToggle: () => this.toggleLock(id) });
    cells.drawName(name, entry, {
      state: this.has.fresh.has(i) ? "new" : isGone ? "goes" : "", canZoom: this.can("zoom") && !isGone,
      onZoom: () => this.post.put({ kind: "zoom", ids: [id] }),
    });
    columns.forEach((column, c) => { cells.drawFigure(figures[c], column, i); });
  }

  // --- sorting and filtering: the user's, so a rerun moves no row -------------------

  /** @param {Partial<TerritoryLook>} change */
  filter(change) {
    Object.assign(this.look, change);
    this.arrange();
    this.tell();
  }

  arrange() {
    const { look, data } = this;
    const all = data.rows.map(([id]) => id);
    this.shown = orders.keptOrder(all, look.sort, look.order).filter((id) => this.isAsked(id));
    const hadFocus = this.place >= 0 || this.body.contains(this.focused());
    const rows = this.shown.flatMap((id) => this.rows.get(id) ?? []);
    const isSame = rows.length === this.body.rows.length && rows.every((row, i) => this.body.rows[i] === row);
    if (!isSame) this.body.replaceChildren(...rows);
    if (!this.shown.includes(look.active)) look.active = this.shown[Math.min(Math.max(this.place, 0), this.shown.length - 1)] ?? "";
    this.activate(look.active);
    if (hadFocus && !isSame) this.rows.get(look.active)?.focus({ preventScroll: true });
    this.place = -1;
    this.empty.hidden = rows.length > 0;
    this.table.setAttribute("aria-rowcount", String(rows.length + 2 + data.foot.filter(Boolean).length));
    const count = rows.length === all.length ? `${all.length}` : `${rows.length} of ${all.length}`;
    this.count.textContent = `${count} territories`;
    const isAllLocked = this.lockable().length > 0 && this.lockable().every((id) => this.isLocked(id));
    if (this.lockAll) {
      parts.relabel(this.lockAll, `${isAllLocked ? "Unlock" : "Lock"} all shown`, isAllLocked ? "locked" : "open");
    }
    heads.markSorting(this.headings, look.sort, this.isStale());
  }

  // Whether the filters let a territory through.
  /** @param {string} id */
  isAsked(id) {
    const { look, data, has } = this;
    const i = this.rowAt(id);
    const [, label, title] = data.rows[i];
    if (!orders.isMatch([label, title], look.text)) return false;
    if (look.isOff && !this.offOnly.hidden && !has.off.has(i)) return false;
    return !look.isChanged || !data.isPending || has.changed.has(i);
  }

  /** @param {string} id */
  rowAt(id) {
    return this.at.get(id) ?? -1;
  }

  // Rows stay where they are when figures change; the heading then says that its order
  // is from before, and a click sorts anew.
  isStale() {
    const { sort } = this.look;
    return sort !== null && orders.isOutOfOrder(this.shown, orders.sortedIds(this.data, sort));
  }

  /** @param {string} id of a column */
  sortBy(id) {
    const { look, data } = this;
    const isText = data.columns.find((column) => column.id === id)?.isText ?? true; // the name
    look.sort = orders.nextSort(look.sort, id, isText, this.isStale());
    look.order = look.sort ? orders.sortedIds(data, look.sort) : [];
    this.arrange();
    this.tell();
  }

  tell() {
    const { sort } = this.look;
    const heading = sort && this.headings.find((one) => one.dataset.id === sort.id);
    const order = heading ? `, sorted by ${heading.textContent}, ${sort.isDown ? "descending" : "ascending"}` : "";
    this.note.textContent = this.count.textContent + order;
  }

  // --- what the user does -----------------------------------------------------------

  /** @param {string} id */
  activate(id) {
    for (const other of this.body.rows) {
      const isIt = other.dataset.id === id;
      other.tabIndex = isIt ? 0 : -1;
      for (const control of other.querySelectorAll("button")) control.tabIndex = isIt ? 0 : -1;
    }
    this.look.active = id;
  }

  /** @param {string} id */
  isLocked(id) {
    return this.has.locked.has(this.rowAt(id));
  }

  lockable() {
    return this.shown.filter((id) => !this.has.gone.has(this.rowAt(id)));
  }

  /** @param {string} id */
  toggleLock(id) {
    if (!this.can("lock") || !this.lockable().includes(id)) return;
    this.post.put({ kind: this.isLocked(id) ? "unlock" : "lock", ids: [id] });
  }

  toggleAll() {
    const locked = this.lockable().filter((id) => this.isLocked(id));
    const open = this.lockable().filter((id) => !this.isLocked(id));
    if (open.length) this.post.put({ kind: "lock", ids: open });
    else if (locked.length) this.post.put({ kind: "unlock", ids: locked });
  }

  /** @param {string} id */
  select(id) {
    if (this.can("select") && this.lockable().includes(id)) this.post.put({ kind: "select", ids: [id] });
  }

  /** @param {MouseEvent} event */
  click(event) {
    const row = rowOf(event);
    if (!row || (event.target instanceof Element && event.target.closest("button"))) return;
    row.focus({ preventScroll: true });
    this.select(row.dataset.id ?? "");
  }
}

/** @param {TerritoryData} data */
function setsOf({ locked, changed, fresh, gone, off }) {
  return { locked: new Set(locked), changed: new Set(changed), fresh: new Set(fresh), gone: new Set(gone), off: new Set(off) };
}

/** @param {Event} event */
function rowOf(event) {
  return event.target instanceof Element ? event.target.closest("tr") : null;
}
