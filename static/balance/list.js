// A list of units or accounts: 100,000 rows, of which those in view are drawn.

const version = new URL(import.meta.url).search;
const [parts, blocks, keys] = await Promise.all(["parts", "rows", "listkeys"].map((name) => import(`./${name}.js${version}`)));
const { element, patch } = parts;

const NOWHERE = 65535; // code of what no territory holds
const SPARE = 4; // rows drawn beyond the edge
const CHOICE_MS = 250; // ticks in quick succession are told at once
const TYPING_MS = 120;
const looks = new Map(); // key → how the user left the list; outlives a page change
let lists = 0; // for ids of rows: the browser's, not those of the data

export class ListTable {
  constructor(box, data) {
    this.look = looks.get(data.key) ?? { sort: null, text: "", where: "all", isChosen: false, isLocked: false, isChanged: false, active: 0, top: 0 };
    looks.set(data.key, this.look);
    this.post = new parts.Mailbox(data.heard);
    this.prefix = `bt-${(lists += 1)}-`;
    this.pool = [];
    this.order = [];
    this.box = box;
    this.buildBar();
    this.scroll = element("div", "bt-scroll bt-list");
    this.scroll.tabIndex = 0;
    this.scroll.setAttribute("role", "grid");
    this.scroll.setAttribute("aria-multiselectable", "true");
    this.head = element("div", "bt-line bt-list-head");
    this.head.setAttribute("role", "row");
    this.body = element("div", "bt-list-body");
    this.body.setAttribute("role", "rowgroup");
    this.empty = element("p", "bt-empty");
    this.scroll.append(this.head, this.body, this.empty);
    this.note = element("div", "bt-aloud");
    this.note.setAttribute("role", "status");
    box.append(this.bar, this.actions, this.scroll, this.note);
    this.scroll.addEventListener("scroll", () => {
      this.look.top = this.scroll.scrollTop;
      this.frame ??= requestAnimationFrame(() => { this.frame = null; this.draw(); });
    });
    this.scroll.addEventListener("keydown", (event) => keys.press(this, event));
    this.body.addEventListener("click", (event) => keys.click(this, event));
    this.sizes = new ResizeObserver(() => this.draw());
    this.sizes.observe(this.scroll);
  }

  destroy() {
    this.sizes.disconnect();
    clearTimeout(this.choosing);
    this.box.remove();
  }

  buildBar() {
    const { look } = this;
    const refresh = () => this.show();
    this.bar = element("div", "bt-bar");
    this.field = parts.field("Filter", "Filter", (text) => {
      look.text = text;
      clearTimeout(this.typing);
      this.typing = setTimeout(refresh, TYPING_MS);
    });
    this.field.value = look.text;
    this.where = element("select", "bt-field");
    this.where.setAttribute("aria-label", "In territory");
    this.where.addEventListener("change", () => { look.where = this.where.value; refresh(); });
    this.where.addEventListener("keydown", (event) => event.stopPropagation());
    this.chosenOnly = parts.toggle("Chosen", (isOn) => { look.isChosen = isOn; refresh(); });
    this.lockedOnly = parts.toggle("Locked", (isOn) => { look.isLocked = isOn; refresh(); });
    this.changedOnly = parts.toggle("Changed", (isOn) => { look.isChanged = isOn; refresh(); });
    this.chosenOnly.setAttribute("aria-pressed", look.isChosen);
    this.changedOnly.setAttribute("aria-pressed", look.isChanged);
    this.lockedOnly.setAttribute("aria-pressed", look.isLocked);
    this.count = element("span", "bt-count");
    this.bar.append(this.field, this.where, this.chosenOnly, this.lockedOnly, this.changedOnly, this.count);
    this.actions = element("div", "bt-bar");
    const action = (label, onClick) => {
      const made = parts.button("bt-toggle", label, onClick);
      this.actions.append(made);
      return made;
    };
    this.chooseAll = action("Choose all shown", () => this.chooseMany(this.order, 1));
    this.clear = action("Clear", () => this.chooseMany(this.chosen.keys(), 0));
    this.lock = action("Lock", () => this.lockChosen("lock"));
    this.unlock = action("Unlock", () => this.lockChosen("unlock"));
    this.lock.title = "Lock what is chosen";
    this.unlock.title = "Unlock what is chosen";
    this.zoom = action("Zoom to", () => this.post.put({ kind: "zoom", ids: [this.rows.ids[this.look.active]] }));
    this.zoom.title = "Zoom to the row with the frame";
  }

  // --- what is shown -------------------------------------------------------------

  can(kind) {
    return this.data.events.includes(kind);
  }

  async update(data) {
    this.data = data;
    const rows = blocks.rowsOf(data.rows);
    this.isWaiting = !rows;
    if (!rows) return;
    const [codes, was, locked, chosen] = await Promise.all([
      blocks.unpack(data.codes, Uint16Array), data.was && blocks.unpack(data.was, Uint16Array),
      blocks.unpack(data.locked, Uint8Array), blocks.unpack(data.chosen, Uint8Array),
    ]);
    if (this.data !== data) return; // a later run was quicker
    const isFirst = !this.rows;
    const isOther = this.rows !== rows;
    this.rows = rows;
    this.codes = codes;
    this.was = was || codes; // before what is pending
    this.changedOnly.hidden = !was;
    this.locked = blocks.spread(locked, rows.n);
    // What was ticked but not told yet is newer than what Python knows.
    const isNewer = this.choosing || this.post.has("choose");
    if (isOther || !isNewer) this.chosen = blocks.spread(chosen, rows.n);
    this.write = blocks.writers(data);
    this.box.style.setProperty("--bt-height", `${data.height}px`);
    this.scroll.setAttribute("aria-label", data.label);
    this.offerTerritories();
    this.drawHead();
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

  drawHead() {
    const { nouns } = this.data;
    patch(this.head, JSON.stringify([this.rows.version, nouns]), () => {
      const [one] = nouns;
      const heads = [["name", one[0].toUpperCase() + one.slice(1), true], ["territory", "Territory", true],
        ...this.rows.columns.map(({ id, label, kind }) => [id, label, kind === "text"])];
      this.head.replaceChildren(...heads.map(([id, label, isText]) => {
        const cell = element("div", isText ? "bt-text" : "");
        cell.setAttribute("role", "columnheader");
        cell.dataset.id = id;
        cell.append(parts.button("bt-heading", label, () => this.sortBy(id, isText)));
        return cell;
      }));
      const widths = [152, ...this.rows.columns.map(({ kind }) => (kind === "text" ? 112 : 88))];
      const tracks = widths.map((width) => `minmax(${width}px, ${width}fr)`);
      this.scroll.style.setProperty("--bt-columns", `minmax(var(--bt-first), 200fr) ${tracks.join(" ")}`);
      this.scroll.style.setProperty("--bt-rest", `${widths.reduce((sum, width) => sum + width)}px`);
      this.pool.forEach((line) => line.remove());
      this.pool = [];
    });
  }

  territoryOf(code) {
    return code === NOWHERE ? null : this.data.territories[code];
  }

  // The order stays as it was sorted while territories change under it.
  sortNow() {
    const { sort } = this.look;
    const all = Uint32Array.from({ length: this.rows.n }, (_, i) => i);
    this.sortedBy = this.data.codes;
    if (!sort) return all;
    const column = this.rows.columns.find(({ id }) => id === sort.id);
    let value = (i) => this.rows.names[i];
    if (sort.id === "territory") value = (i) => (this.codes[i] === NOWHERE ? null : this.codes[i]);
    else if (column?.texts) value = (i) => column.texts[column.values[i]];
    else if (column) value = (i) => (Number.isNaN(column.values[i]) ? null : column.values[i]);
    return Uint32Array.from(parts.orderBy([...all], value, sort.isDown));
  }

  sortBy(id, isText) {
    const { look } = this;
    if (look.sort?.id !== id) look.sort = { id, isDown: !isText };
    else if (!this.isStale()) look.sort = look.sort.isDown === !isText ? { id, isDown: isText } : null;
    this.sorted = null;
    this.show();
  }

  // What the user asked for starts at its first row.
  show() {
    this.scroll.scrollTop = 0;
    this.arrange();
    this.tell();
  }

  isStale() {
    return this.look.sort?.id === "territory" && this.sortedBy !== this.data.codes;
  }

  arrange() {
    const { look, data, rows } = this;
    if (!rows) return;
    this.sorted ??= this.sortNow();
    const wanted = look.text.trim().toLowerCase();
    const haystack = wanted ? blocks.haystackOf(rows) : null;
    const code = look.where === "none" ? NOWHERE : data.territories.findIndex(([id]) => id === look.where);
    const active = this.order[this.at()];
    const isChanged = look.isChanged && !this.changedOnly.hidden;
    this.order = this.sorted.filter((i) =>
      (look.where === "all" || this.codes[i] === code) && (!look.isChosen || this.chosen[i])
      && (!look.isLocked || this.locked[i]) && (!isChanged || this.was[i] !== this.codes[i]) && (!haystack || haystack[i].includes(wanted)));
    if (!this.order.includes(active ?? look.active)) look.active = this.order[0] ?? 0;
    this.place = null;
    for (const cell of this.head.children) {
      const isIt = look.sort?.id === cell.dataset.id;
      cell.setAttribute("aria-sort", !isIt || this.isStale() ? "none" : look.sort.isDown ? "descending" : "ascending");
      cell.firstChild.dataset.sorted = isIt ? (look.sort.isDown ? "down" : "up") : "";
      cell.firstChild.classList.toggle("bt-stale", isIt && this.isStale());
    }
    this.scroll.setAttribute("aria-rowcount", this.order.length + 1);
    this.empty.textContent = `No ${data.nouns[1]} fit the filter.`;
    this.empty.hidden = this.order.length > 0;
    this.draw();
    this.countUp();
  }

  countUp() {
    const { rows, data } = this;
    const write = this.write.count;
    const n = this.chosen.reduce((sum, flag) => sum + flag, 0);
    const shown = this.order.length === rows.n ? write(rows.n) : `${write(this.order.length)} of ${write(rows.n)}`;
    this.count.textContent = `${shown} ${data.nouns[1]}${n ? ` · ${write(n)} chosen` : ""}`;
    this.chooseAll.hidden = !this.can("choose");
    this.clear.hidden = !this.can("choose");
    this.lock.hidden = this.unlock.hidden = !this.can("lock") || !this.can("choose");
    this.zoom.hidden = !this.can("zoom");
    this.chooseAll.disabled = this.zoom.disabled = !this.order.length;
    this.clear.disabled = this.lock.disabled = this.unlock.disabled = !n;
  }

  tell() {
    this.note.textContent = this.count.textContent;
  }

  lineHeight() {
    return matchMedia("(pointer: coarse)").matches ? 40 : 28;
  }

  draw() {
    if (!this.rows) return;
    const height = this.lineHeight();
    const total = `${this.order.length * height}px`;
    if (this.body.style.height !== total) this.body.style.height = total;
    const first = Math.max(0, Math.floor(this.scroll.scrollTop / height) - SPARE);
    const n = Math.min(this.order.length - first, Math.ceil(this.scroll.clientHeight / height) + 2 * SPARE);
    while (this.pool.length < n) this.pool.push(this.newLine());
    const size = this.pool.length;
    const used = new Set();
    for (let at = first; at < first + n; at += 1) {
      used.add(at % size);
      this.drawLine(this.pool[at % size], at, height);
    }
    this.pool.forEach((line, slot) => { if (!used.has(slot)) { line.hidden = true; line.signature = ""; } });
    const at = this.at();
    if (used.has(at % size) && at >= first && at < first + n) this.scroll.setAttribute("aria-activedescendant", this.pool[at % size].id);
    else this.scroll.removeAttribute("aria-activedescendant");
  }

  newLine() {
    const line = element("div", "bt-line");
    line.id = `${this.prefix}${this.pool.length}`;
    line.setAttribute("role", "row");
    const name = element("div", "bt-who");
    name.append(element("span", "bt-tick"), parts.button("bt-icon", "", () => {}, "open"), element("span", "bt-label"), element("span", "bt-beside"));
    name.children[1].tabIndex = -1;
    const territory = element("div", "bt-who");
    territory.append(element("span", "bt-from-to"), element("span", "bt-swatch"), element("span", "bt-label"));
    line.append(name, territory, ...this.rows.columns.map(({ kind }) => element("div", kind === "text" ? "bt-text" : "")));
    for (const cell of line.children) cell.setAttribute("role", "gridcell");
    this.body.append(line);
    return line;
  }

  drawLine(line, at, height) {
    const { rows, look } = this;
    const i = this.order[at];
    const owner = this.territoryOf(this.codes[i]);
    const was = this.was[i] === this.codes[i] ? null : this.territoryOf(this.was[i])?.[0] ?? "none";
    const [isChosen, isLocked, isActive] = [this.chosen[i], this.locked[i], i === look.active];
    patch(line, `${i} ${at} ${height} ${isChosen} ${isLocked} ${isActive} ${owner} ${was}`, () => {
      line.hidden = false;
      line.dataset.at = at;
      line.style.transform = `translateY(${at * height}px)`;
      line.setAttribute("aria-rowindex", at + 2);
      if (this.can("choose")) line.setAttribute("aria-selected", isChosen === 1);
      line.classList.toggle("bt-active", isActive);
      const [name, territory, ...cells] = line.children;
      const [tick, lock, label, beside] = name.children;
      tick.hidden = !this.can("choose");
      label.textContent = label.title = rows.names[i] || rows.ids[i];
      beside.textContent = rows.beside[i] ?? "";
      lock.hidden = !this.can("lock") && !isLocked;
      lock.disabled = !this.can("lock");
      parts.relabel(lock, `${isLocked ? "Unlock" : "Lock"} ${rows.names[i]}`, isLocked ? "locked" : "open");
      const [from, swatch, to] = territory.children;
      from.hidden = was === null;
      from.replaceChildren(...parts.beforeAfter("", was ?? ""));
      swatch.style.background = owner?.[2] ?? "";
      swatch.classList.toggle("bt-none", !owner);
      to.textContent = owner?.[1] ?? "No territory";
      rows.columns.forEach((column, c) => {
        const value = column.values[i];
        cells[c].textContent = cells[c].title = column.texts ? column.texts[value] ?? "–" : this.write[column.kind](value);
      });
    });
  }

  // --- what the user does -----------------------------------------------------------

  at() {
    this.place ??= Math.max(0, this.order.indexOf(this.look.active));
    return this.place;
  }

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

  choose(places, flag) {
    if (!this.can("choose")) return;
    for (const i of places) this.chosen[i] = flag;
    clearTimeout(this.choosing);
    this.choosing = setTimeout(() => this.tellChoice(), CHOICE_MS);
    this.draw();
    this.countUp();
  }

  chooseMany(places, flag) {
    this.choose(places, flag);
    this.tell();
  }

  tellChoice() {
    this.choosing = null;
    this.post.put({ kind: "choose", bits: blocks.gather(this.chosen), version: this.rows.version });
  }

  lockChosen(kind) {
    this.post.put({ kind, bits: blocks.gather(this.chosen), version: this.rows.version });
  }

  toggleLock(i) {
    if (this.can("lock")) this.post.put({ kind: this.locked[i] ? "unlock" : "lock", ids: [this.rows.ids[i]] });
  }
}
