// The balance table: a grid of territories, each figure before → after.

const version = new URL(import.meta.url).search;
const [parts, keys] = await Promise.all(["parts", "keys"].map((name) => import(`./${name}.js${version}`)));
const { element, patch } = parts;

const MOVED_MS = 3000; // a table that comes back so soon was moved, not left
const looks = new Map(); // key → how the user left the table; outlives a page change

export class TerritoryTable {
  constructor(box, data) {
    this.look = looks.get(data.key) ?? {
      sort: null, order: [], text: "", isOff: false, isChanged: false, active: "", top: 0, leftAt: 0, hasFocus: false,
    };
    looks.set(data.key, this.look);
    // Streamlit may put the table into another place of the page: what was under way
    // goes on there, and so does the focus.
    this.post = this.look.post ??= new parts.Mailbox(data.heard);
    this.rows = new Map(); // id → its row, as an element
    this.headings = []; // buttons, from left to right
    this.buildBar();
    this.table = element("table");
    this.table.setAttribute("role", "grid");
    this.head = this.table.createTHead();
    this.body = this.table.createTBody();
    this.foot = this.table.createTFoot();
    this.scroll = element("div", "bt-scroll");
    this.scroll.append(this.table);
    this.note = element("div", "bt-aloud");
    this.note.setAttribute("role", "status");
    this.empty = element("p", "bt-empty", "No territory fits the filter.");
    this.scroll.append(this.empty);
    box.append(this.bar, this.scroll, this.note);
    this.box = box;
    this.scroll.addEventListener("scroll", () => { this.look.top = this.scroll.scrollTop; });
    this.table.addEventListener("keydown", (event) => keys.press(this, event));
    this.body.addEventListener("click", (event) => this.click(event));
    this.body.addEventListener("focusin", (event) => {
      this.look.hasFocus = true;
      this.activate(event.target.closest("tr").dataset.id);
    });
    this.body.addEventListener("focusout", () => {
      // A row that is taken away loses the focus without its user having left.
      if (this.box.isConnected) this.look.hasFocus = false;
    });
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

  buildBar() {
    const { look } = this;
    const refresh = () => { this.arrange(); this.tell(); };
    this.bar = element("div", "bt-bar");
    this.field = parts.field("Filter territories", "Filter", (text) => { look.text = text; refresh(); });
    this.field.value = look.text;
    this.offOnly = parts.toggle("Off balance", (isOn) => { look.isOff = isOn; refresh(); });
    this.changedOnly = parts.toggle("Changed", (isOn) => { look.isChanged = isOn; refresh(); });
    this.offOnly.setAttribute("aria-pressed", look.isOff);
    this.changedOnly.setAttribute("aria-pressed", look.isChanged);
    this.count = element("span", "bt-count");
    this.bar.append(this.field, this.offOnly, this.changedOnly, this.count);
  }

  // --- what is shown -------------------------------------------------------------

  update(data) {
    const isFirst = !this.data;
    this.data = data;
    this.at = new Map(data.rows.map(([id], i) => [id, i]));
    this.has = Object.fromEntries(["locked", "changed", "fresh", "gone", "off"].map((name) => [name, new Set(data[name])]));
    this.box.style.setProperty("--bt-height", `${data.height}px`);
    this.table.setAttribute("aria-label", data.label);
    this.changedOnly.hidden = !data.isPending;
    this.offOnly.hidden = data.columns.every((column) => column.tolerance === null);
    this.place = this.table.contains(this.focused()) ? this.shown?.indexOf(this.look.active) : -1;
    this.drawHead();
    data.rows.forEach((row, i) => this.drawRow(row, i));
    for (const [id, row] of this.rows) if (!this.at.has(id)) { row.remove(); this.rows.delete(id); }
    this.drawFoot();
    this.arrange();
    if (!isFirst) return;
    requestAnimationFrame(() => { this.scroll.scrollTop = this.look.top; });
    this.takeFocusBack();
  }

  can(kind) {
    return this.data.events.includes(kind);
  }

  focused() {
    return this.box.getRootNode().activeElement;
  }

  drawHead() {
    const { columns } = this.data;
    const canLock = this.can("lock");
    const shape = JSON.stringify([canLock, columns.map(({ id, group, head }) => [id, group, head])]);
    patch(this.head, shape, () => {
      const kept = this.headings.indexOf(this.focused());
      this.headings = [];
      this.head.replaceChildren();
      const [groups, heads] = [this.head.insertRow(), this.head.insertRow()];
      const add = (row, cell) => { cell.scope = cell.colSpan > 1 ? "colgroup" : "col"; row.append(cell); return cell; };
      const lock = add(groups, element("th", "bt-lock"));
      lock.rowSpan = 2;
      if (canLock) {
        this.lockAll = parts.button("bt-icon", "Lock all shown", () => this.toggleAll(), "locked");
        lock.append(this.lockAll);
        this.headings.push(this.lockAll);
      } else {
        this.lockAll = null;
        lock.append(element("span", "bt-aloud", "Lock"));
      }
      const name = add(groups, element("th", "bt-name"));
      name.rowSpan = 2;
      this.addHeading(name, "name", "Territory");
      for (let i = 0; i < columns.length;) {
        const { group } = columns[i];
        let n = 1;
        while (group && columns[i + n]?.group === group) n += 1;
        const above = add(groups, element("th", group ? "bt-group bt-first" : "bt-first", group));
        above.colSpan = n;
        for (const column of columns.slice(i, i + n)) {
          const cell = group ? add(heads, element("th", column === columns[i] ? "bt-first" : "")) : above;
          if (!group) cell.rowSpan = 2;
          if (column.isText) cell.classList.add("bt-text");
          this.addHeading(cell, column.id, column.head, group);
        }
        i += n;
      }
      this.headings.forEach((one, i) => { one.tabIndex = i === Number(canLock) ? 0 : -1; });
      this.headings[kept]?.focus();
      for (const row of this.rows.values()) row.remove();
      this.rows.clear(); // other columns, other cells
    });
    this.markSorting();
  }

  addHeading(cell, id, text, group = "") {
    const made = parts.button("bt-heading", text, () => this.sortBy(id));
    if (group) made.prepend(element("span", "bt-aloud", `${group}: `));
    made.dataset.id = id;
    cell.append(made);
    this.headings.push(made);
  }

  drawRow([id, label, title, colour], i) {
    const { columns, selected } = this.data;
    let row = this.rows.get(id);
    if (!row) {
      row = element("tr");
      row.dataset.id = id;
      row.tabIndex = -1;
      const head = element("th", "bt-name");
      head.scope = "row";
      row.append(element("td", "bt-lock"), head, ...columns.map(() => element("td")));
      this.rows.set(id, row);
    }
    const [isLocked, isGone] = [this.has.locked.has(i), this.has.gone.has(i)];
    row.classList.toggle("bt-changed", this.has.changed.has(i));
    row.classList.toggle("bt-gone", isGone);
    if (this.can("select")) row.setAttribute("aria-selected", id === selected);
    const [lock, name, ...cells] = row.children;
    const canLock = this.can("lock") && !isGone;
    patch(lock, `${isLocked} ${canLock} ${label}`, () => this.drawLock(lock, id, label, isLocked, canLock));
    const state = this.has.fresh.has(i) ? "new" : isGone ? "goes" : "";
    const canZoom = this.can("zoom") && !isGone;
    patch(name, [label, title, colour, state, canZoom].join("\n"), () => {
      const swatch = element("span", "bt-swatch");
      swatch.style.background = colour;
      const text = element("span", "bt-label", label);
      text.title = title;
      const zoom = parts.button("bt-icon bt-zoom", `Zoom to ${label}`, () => this.post.put({ kind: "zoom", ids: [id] }), "zoom");
      zoom.tabIndex = -1;
      zoom.hidden = !canZoom;
      const who = element("div", "bt-who");
      who.append(swatch, text, ...(state ? [element("span", "bt-state", state)] : []), zoom);
      name.replaceChildren(who);
    });
    columns.forEach((column, c) => this.drawCell(cells[c], column, i));
  }

  // The button itself stays: it may have the focus.
  drawLock(cell, id, label, isLocked, canLock) {
    const known = cell.querySelector("button");
    if (!canLock) cell.replaceChildren(...(isLocked ? [parts.icon("locked"), element("span", "bt-aloud", "locked")] : []));
    else if (!known) {
      const made = parts.button("bt-icon", "", () => this.toggleLock(id), "open");
      made.tabIndex = -1;
      cell.replaceChildren(made);
    }
    const toggle = cell.querySelector("button");
    if (toggle) parts.relabel(toggle, `${isLocked ? "Unlock" : "Lock"} ${label}`, isLocked ? "locked" : "open");
  }

  drawCell(cell, column, i) {
    const [text, was, value] = [column.text[i], column.was[i], column.value?.[i] ?? null];
    const from = column.from[i];
    patch(cell, `${text}\n${was}\n${value}\n${from}\n${column.tolerance}`, () => {
      cell.className = column.isText ? "bt-text" : "";
      cell.classList.toggle("bt-first", !column.group || column.isBar);
      cell.classList.toggle("bt-dev-cell", column.isBar);
      const pieces = parts.beforeAfter(text, was);
      if (column.isBar && value !== null) {
        pieces.unshift(parts.deviationBar(value, column.tolerance, from));
        const isOff = parts.isOff(value, column.tolerance);
        cell.classList.toggle("bt-off", isOff);
        if (isOff) pieces.push(element("span", "bt-aloud", value > 0 ? " over" : " under"));
      }
      cell.replaceChildren(...pieces);
    });
  }

  drawFoot() {
    const { foot, columns } = this.data;
    patch(this.foot, JSON.stringify([foot, columns.map((column) => column.foot)]), () => {
      this.foot.replaceChildren();
      foot.forEach((label, i) => {
        if (!label) return;
        const row = this.foot.insertRow();
        const name = element("th", "bt-name", label);
        name.scope = "row";
        row.append(element("td", "bt-lock"), name);
        for (const column of columns) {
          const cell = element("td", column.isText ? "bt-text" : "");
          cell.classList.toggle("bt-first", !column.group || column.isBar);
          cell.append(...parts.beforeAfter(...column.foot[i]));
          row.append(cell);
        }
      });
    });
  }

  // --- sorting and filtering: the user's, so a rerun moves no row -------------------

  arrange() {
    const { look, data } = this;
    const known = look.order.filter((id) => this.at.has(id));
    const kept = new Set(known);
    const all = data.rows.map(([id]) => id);
    const order = look.sort ? [...known, ...all.filter((id) => !kept.has(id))] : all;
    const isSearched = this.matcher();
    this.shown = order.filter((id) => isSearched(id) && this.isAsked(this.at.get(id)));
    const had = this.place >= 0 || this.body.contains(this.focused());
    const rows = this.shown.map((id) => this.rows.get(id));
    const isSame = rows.length === this.body.rows.length && rows.every((row, i) => this.body.rows[i] === row);
    if (!isSame) this.body.replaceChildren(...rows);
    if (!this.shown.includes(look.active)) look.active = this.shown[Math.min(Math.max(this.place ?? 0, 0), this.shown.length - 1)] ?? "";
    this.activate(look.active);
    if (had && !isSame && look.active) this.rows.get(look.active).focus({ preventScroll: true });
    this.place = -1;
    this.empty.hidden = rows.length > 0;
    this.table.setAttribute("aria-rowcount", rows.length + 2 + data.foot.filter(Boolean).length);
    const count = rows.length === all.length ? `${all.length}` : `${rows.length} of ${all.length}`;
    this.count.textContent = `${count} territories`;
    const isAllLocked = this.lockable().length > 0 && this.lockable().every((id) => this.isLocked(id));
    if (this.lockAll) {
      parts.relabel(this.lockAll, `${isAllLocked ? "Unlock" : "Lock"} all shown`, isAllLocked ? "locked" : "open");
    }
    this.markSorting();
  }

  matcher() {
    const wanted = this.look.text.trim().toLowerCase();
    return (id) => {
      const [, label, title] = this.data.rows[this.at.get(id)];
      return !wanted || `${label} ${title}`.toLowerCase().includes(wanted);
    };
  }

  isAsked(i) {
    if (this.look.isOff && !this.offOnly.hidden && !this.has.off.has(i)) return false;
    return !this.look.isChanged || !this.data.isPending || this.has.changed.has(i);
  }

  sorted({ id, isDown }) {
    const column = this.data.columns.find((one) => one.id === id);
    const value = !column ? (i) => this.data.rows[i][1] : column.value ? (i) => column.value[i] : (i) => column.text[i];
    return parts.orderBy(this.data.rows.map(([row]) => row), (row) => value(this.at.get(row)), isDown);
  }

  // Rows stay where they are when figures change; the heading then says that its order
  // is from before, and a click sorts anew.
  isStale() {
    const fresh = this.sorted(this.look.sort).filter((id) => this.rows.get(id).isConnected);
    return fresh.some((id, i) => id !== this.shown[i]);
  }

  sortBy(id) {
    const { look, data } = this;
    const isText = id === "name" || data.columns.find((column) => column.id === id).isText;
    if (look.sort?.id !== id) look.sort = { id, isDown: !isText };
    else if (!this.isStale()) look.sort = look.sort.isDown === !isText ? { id, isDown: isText } : null;
    look.order = look.sort ? this.sorted(look.sort) : [];
    this.arrange();
    this.tell();
  }

  markSorting() {
    const { sort } = this.look;
    const isStale = sort && this.shown ? this.isStale() : false;
    for (const heading of this.headings) {
      if (!heading.dataset.id) continue;
      const isIt = sort?.id === heading.dataset.id;
      const way = !isIt || isStale ? "none" : sort.isDown ? "descending" : "ascending";
      heading.parentElement.setAttribute("aria-sort", way);
      heading.dataset.sorted = isIt ? (sort.isDown ? "down" : "up") : "";
      heading.classList.toggle("bt-stale", isIt && isStale);
      heading.title = isIt && isStale ? "In the order from before the change; press to sort again" : "";
    }
  }

  tell() {
    const { sort } = this.look;
    const heading = sort && this.headings.find((one) => one.dataset.id === sort.id);
    const order = heading ? `, sorted by ${heading.textContent}, ${sort.isDown ? "descending" : "ascending"}` : "";
    this.note.textContent = this.count.textContent + order;
  }

  // --- what the user does -----------------------------------------------------------

  activate(id) {
    for (const other of this.body.rows) {
      const isIt = other.dataset.id === id;
      other.tabIndex = isIt ? 0 : -1;
      for (const control of other.querySelectorAll("button")) control.tabIndex = isIt ? 0 : -1;
    }
    this.look.active = id;
  }

  isLocked(id) {
    return this.has.locked.has(this.at.get(id));
  }

  lockable() {
    return this.shown.filter((id) => !this.has.gone.has(this.at.get(id)));
  }

  toggleLock(id) {
    if (!this.can("lock") || !this.lockable().includes(id)) return;
    this.post.put({ kind: this.isLocked(id) ? "unlock" : "lock", ids: [id] });
  }

  toggleAll() {
    const [locked, open] = [true, false].map((is) => this.lockable().filter((id) => this.isLocked(id) === is));
    if (open.length) this.post.put({ kind: "lock", ids: open });
    else if (locked.length) this.post.put({ kind: "unlock", ids: locked });
  }

  select(id) {
    if (this.can("select") && this.lockable().includes(id)) this.post.put({ kind: "select", ids: [id] });
  }

  click(event) {
    const row = event.target.closest("tr");
    if (event.target.closest("button")) return;
    row.focus({ preventScroll: true });
    this.select(row.dataset.id);
  }
}
