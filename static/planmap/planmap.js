// Entry of the map component: keeps one Leaflet map per place on the page, gives it
// the blocks that the stores hold, and tells Python what the user did.

const version = new URL(import.meta.url).search;
const [layers, canvas, overlays, { readScene, labelsOf, extentOf, isDark }, legend, picture, { Tools }, { Pointing }, { Homes }, { Keys }, { Outbox }] = await Promise.all(
  ["layers", "canvas", "overlays", "scene", "legend", "picture", "tools", "pointing", "homes", "keys", "outbox"]
    .map((name) => import(`./${name}.js${version}`)),
);
const { element } = overlays;

const blocks = new Map(); // version → { layer, users }
const blockOf = new WeakMap(); // store's place → version
const maps = new Map(); // map's place → instance
const views = new Map(); // key → { centre, zoom, fit } that outlives a page change

let ready = null;

// Streamlit calls what a run returns also when a newer run overtakes it: what stands
// there goes only with its place, or the map would be built anew and lose the focus.
export async function render(component, root, leafletVersion, role) {
  const { parentElement } = component;
  const host = parentElement.host ?? parentElement;
  if (role === "store") renderStore(component);
  else await renderMap(component, root, leafletVersion);
  const leave = () => {
    if (host.isConnected) return;
    if (role === "store") release(parentElement);
    else removeMap(parentElement);
  };
  return () => {
    leave();
    setTimeout(leave, 1000); // should it be called before the place is gone
  };
}

// --- stores: the immutable half ---------------------------------------------------

function renderStore({ data, parentElement }) {
  const host = parentElement.host ?? parentElement;
  const outer = host.closest?.('[data-testid="stElementContainer"]');
  if (outer) outer.style.display = "none";
  const layer = peekVersion(data);
  if (blockOf.get(parentElement) !== layer) {
    release(parentElement);
    const known = blocks.get(layer);
    if (known) known.users += 1;
    else blocks.set(layer, { layer: layers.decode(data), users: 1 });
    blockOf.set(parentElement, layer);
    for (const map of maps.values()) if (map.isWaiting) map.update();
  }
}

function release(place) {
  const known = blocks.get(blockOf.get(place));
  if (known && --known.users === 0) blocks.delete(blockOf.get(place));
  blockOf.delete(place);
}

// The version stands in the header; reading it costs less than decoding all again.
function peekVersion(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const tail = new TextDecoder().decode(bytes.subarray(Math.max(4, length - 1200), 4 + length));
  return /"version":"([0-9a-f]{16})"/.exec(tail)?.[1] ?? String(length);
}

// --- maps ------------------------------------------------------------------------

async function renderMap(component, root, leafletVersion) {
  const { parentElement, data, setTriggerValue } = component;
  ready ??= import(`${root}vendor/leaflet/leaflet.js?v=${leafletVersion}`);
  await ready;
  let map = maps.get(parentElement);
  if (!map) {
    map = new PlanMap(parentElement, root, leafletVersion, data);
    maps.set(parentElement, map);
  }
  await map.styled;
  map.outbox.transmit = (events) => setTriggerValue("event", events);
  map.outbox.answered(data.seen);
  map.keepHidden(data);
  map.data = data;
  map.update();
}

function removeMap(place) {
  maps.get(place)?.destroy();
  maps.delete(place);
}

class PlanMap {
  constructor(place, root, leafletVersion, data) {
    this.place = place;
    this.data = data;
    this.hidden = new Set();
    this.outbox = new Outbox();
    this.box = element("div", "pm-root");
    this.canvasBox = element("div", "pm-map");
    this.legendBox = element("div", "pm-legend");
    this.live = element("div", "pm-live");
    this.live.setAttribute("aria-live", "polite");
    this.box.append(this.canvasBox, this.legendBox, this.live);
    this.styled = this.addStyles(root, leafletVersion).then(() => this.start());
  }

  async addStyles(root, leafletVersion) {
    const sheets = [`vendor/leaflet/leaflet.css?v=${leafletVersion}`, `planmap/planmap.css${version}`];
    await Promise.all(sheets.map((address) => new Promise((resolve) => {
      const link = element("link");
      link.rel = "stylesheet";
      link.href = root + address;
      link.onload = link.onerror = resolve;
      this.place.append(link);
    })));
  }

  start() {
    const L = window.L;
    this.box.style.setProperty("--pm-height", `${this.data.height}px`);
    this.place.append(this.box);
    this.foldLegend(this.data);
    this.map = L.map(this.canvasBox, {
      attributionControl: false, boxZoom: false, scrollWheelZoom: false, zoomSnap: 0.1,
      zoomDelta: 0.5, wheelPxPerZoomLevel: 120, minZoom: 2, maxZoom: 18, worldCopyJump: false,
      keyboard: true, doubleClickZoom: true, maxBoundsViscosity: 0.8, zoomControl: false,
    });
    const { texts } = this.data;
    L.control.zoom({ zoomInTitle: texts.zoomIn, zoomOutTitle: texts.zoomOut }).addTo(this.map);
    this.canvasBox.setAttribute("role", "application");
    // The wheel scrolls the page until the user has taken the map in hand.
    this.map.on("focus", () => this.map.scrollWheelZoom.enable());
    this.map.on("blur", () => this.map.scrollWheelZoom.disable());
    this.map.on("mousedown touchstart", () => this.canvasBox.focus({ preventScroll: true }));
    this.tip = overlays.makeTooltip(this.box);
    const bar = overlays.makeBar(L, this.map);
    bar.add("fit", texts.fit, () => this.fit(true));
    this.saveButton = bar.add("picture", texts.picture, () => this.save());
    this.scene = {};
    this.map.on("moveend", () => this.remember());
    this.pointing = new Pointing(this);
    this.homes = new Homes(this);
    this.tools = new Tools(L, this);
    this.keys = new Keys(this, bar);
    this.onPrint = () => this.print();
    window.addEventListener("beforeprint", this.onPrint);
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(this.canvasBox);
  }

  destroy() {
    this.outbox.close();
    window.removeEventListener("beforeprint", this.onPrint);
    this.resizing?.disconnect();
    this.map?.remove();
    this.box.remove();
  }

  // --- what is drawn ---------------------------------------------------------

  update() {
    if (!this.map) return;
    const { data } = this;
    const wanted = Object.entries(data.layers);
    this.isWaiting = wanted.some(([, id]) => !blocks.has(id) && this.known?.[id] === undefined);
    if (this.isWaiting) return;
    this.known = Object.fromEntries(wanted.map(([, id]) => [id, blocks.get(id)?.layer ?? this.known[id]]));
    this.box.style.setProperty("--pm-height", `${data.height}px`);
    this.box.classList.toggle("pm-dark", isDark(this.place.host ?? this.place));
    this.canvasBox.setAttribute("aria-label", data.label);
    this.tools.offer(data.events);
    this.keys.offer(data.events);
    this.saveButton.classList.toggle("pm-gone", !data.title);
    this.scene = readScene(data, this.known, this.hidden, this.box.classList.contains("pm-dark"));
    this.fit(false);
    this.addTiles();
    if (!this.renderer) {
      const Canvas = canvas.makeCanvas(window.L);
      this.renderer = new Canvas((ctx, view) => canvas.paintScene(ctx, view, this.scene));
      this.renderer.addTo(this.map);
    } else this.renderer.repaint();
    this.drawLegend();
    this.setScale();
  }

  drawLegend() {
    legend.drawLegend(this.legendBox, this.data, this.hidden, (text) => {
      this.scene.labels = labelsOf(this.scene, this.data);
      this.renderer.repaint();
      this.drawLegend();
      this.say(text);
    });
  }

  setScale() {
    const unit = this.data.distanceUnit;
    if (this.scaleUnit === unit) return;
    this.scale?.remove();
    this.scale = window.L.control.scale({
      position: "bottomleft", metric: unit === "km", imperial: unit === "mi", maxWidth: 96,
    }).addTo(this.map);
    this.scaleUnit = unit;
  }

  addTiles() {
    const { tileUrl, attribution } = this.data;
    if (this.tileUrl === tileUrl) return;
    this.tiles?.remove();
    this.credit?.remove();
    if (tileUrl) {
      this.tiles = window.L.tileLayer(tileUrl, { maxZoom: 18 }).addTo(this.map);
      const credit = element("span", "", attribution); // text only, never markup
      this.credit = window.L.control.attribution({ prefix: false }).addTo(this.map);
      this.credit.addAttribution(credit.innerHTML);
    }
    this.tileUrl = tileUrl;
  }

  // --- the view: set once, then the user's --------------------------------------

  fit(isAsked) {
    if (!this.canvasBox.clientWidth) return;
    const all = isAsked && this.data.home ? { ...this.data, fit: this.data.home } : this.data;
    const extent = extentOf(this.scene, all);
    const token = JSON.stringify(this.data.fit ?? [extent, this.data.layers.units, this.data.layers.points]);
    const kept = views.get(this.data.key);
    if (!isAsked && this.token === token) return;
    if (!isAsked && this.token === undefined && kept?.token === token) {
      this.map.setView(kept.centre, kept.zoom, { animate: false });
    } else if (extent) {
      const corner = (x, y) => window.L.CRS.EPSG3857.pointToLatLng(window.L.point(x * 256, y * 256), 0);
      const bounds = window.L.latLngBounds(corner(extent[0], extent[3]), corner(extent[2], extent[1]));
      const isLegendOpen = !this.legendBox.hidden && !this.legendBox.classList.contains("pm-closed");
      const [hasTools, isWide] = [480, 640].map((least) => this.canvasBox.clientWidth > least);
      this.map.fitBounds(bounds, {
        animate: isAsked, maxZoom: 14,
        paddingTopLeft: [hasTools ? 56 : 16, 24], paddingBottomRight: [isWide && isLegendOpen ? 216 : 16, 24],
      });
    } else this.map.setView([39, -96], 4, { animate: false });
    // Asked from below the map ("Show"): it is no use where nobody sees it.
    if (!isAsked && this.token !== undefined) this.box.scrollIntoView({ block: "nearest" });
    this.token = token;
    this.remember();
  }

  remember() {
    if (this.token === undefined) return;
    views.set(this.data.key, { centre: this.map.getCenter(), zoom: this.map.getZoom(), token: this.token });
  }

  resize() {
    this.map.invalidateSize({ animate: false, pan: false });
    if (this.token === undefined && this.known) this.fit(false);
  }

  // --- what the others ask of the map ---------------------------------------------

  worldAt(latlng) {
    return layers.mercator(latlng.lat, latlng.lng);
  }

  send(event) {
    this.outbox.push(event);
  }

  // For those who do not see the map.
  say(text) {
    this.live.textContent = text;
  }

  tell(what, name) {
    this.say(this.data.texts[what].replace("{name}", name));
  }

  // --- on paper and as a file -------------------------------------------------------

  async save() {
    const name = await picture.download(this);
    this.tell("pictured", name);
  }

  print() {
    if (!this.known) return;
    this.paper?.remove();
    this.paper = picture.compose(this);
    this.paper.className = "pm-paper";
    this.box.append(this.paper);
  }

  foldLegend(data) {
    const isFolded = this.box.clientWidth <= 480 || !data.legendOpen;
    this.legendBox.classList.toggle("pm-closed", isFolded);
  }

  // Classes stay hidden while the legend means the same, whatever their numbers are.
  keepHidden(data) {
    const names = [...this.hidden].map((code) => this.data.legend[code]?.label);
    const isSame = data.legendTitle === this.data.legendTitle;
    const isNone = this.hidden.has(layers.NONE);
    this.hidden.clear();
    if (!isSame && this.map) this.foldLegend(data);
    if (!isSame) return;
    if (isNone) this.hidden.add(layers.NONE);
    data.legend.forEach(({ label }, code) => names.includes(label) && this.hidden.add(code));
  }
}
