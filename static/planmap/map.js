// One map on the page: what it shows, where the user looks, on screen and on paper.

/** @import { Extent, Gesture, Layer, LatLon, Load, MapData, Scene, World } from "./types.js" */
/** @import * as L from "leaflet" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [blocks, layers, canvas, overlays, scenes, legend, picture] = await Promise.all([
  load("blocks"), load("layers"), load("canvas"), load("overlays"), load("scene"), load("legend"), load("picture"),
]);
const [{ Tools }, { Pointing }, { Homes }, { Keys }, { Outbox }] = await Promise.all([
  load("tools"), load("pointing"), load("homes"), load("keys"), load("outbox"),
]);
const { element } = overlays;

/** @type {Map<string, { centre: L.LatLng, zoom: number, token: string }>} key → view, which outlives a page change */
const views = new Map();

export class PlanMap {
  /** @param {HTMLElement | ShadowRoot} place styled already @param {MapData} data */
  constructor(place, data) {
    const { L } = window;
    this.place = place;
    this.data = data;
    /** @type {Set<number>} codes that the legend has switched off */
    this.hidden = new Set();
    /** @type {Record<string, Layer> | null} what is drawn, by version */
    this.layers = null;
    this.isWaiting = false;
    /** @type {string | undefined} what the view was fitted to */
    this.token = undefined;
    /** @type {string | undefined} */
    this.tileUrl = undefined;
    /** @type {L.TileLayer | undefined} */
    this.tiles = undefined;
    /** @type {L.Control.Attribution | undefined} */
    this.credit = undefined;
    /** @type {MapData["distanceUnit"] | undefined} */
    this.scaleUnit = undefined;
    /** @type {L.Control.Scale | undefined} */
    this.scale = undefined;
    /** @type {HTMLCanvasElement | undefined} */
    this.paper = undefined;
    this.outbox = new Outbox();
    this.box = element("div", "pm-root");
    this.canvasBox = element("div", "pm-map");
    this.canvasBox.setAttribute("role", "application");
    this.legendBox = element("div", "pm-legend");
    this.live = element("div", "pm-live");
    this.live.setAttribute("aria-live", "polite");
    this.box.append(this.canvasBox, this.legendBox, this.live);
    this.box.style.setProperty("--pm-height", `${data.height}px`);
    place.append(this.box);
    this.foldLegend(data);
    this.scene = scenes.readScene(data, {}, this.hidden, false); // nothing, until the blocks are there
    this.map = this.makeMap(L);
    this.tip = overlays.makeTooltip(this.box);
    const bar = overlays.makeBar(L, this.map);
    bar.add("fit", data.texts.fit, () => this.fit(true));
    this.saveButton = bar.add("picture", data.texts.picture, () => this.save());
    const Canvas = canvas.makeCanvas(L);
    this.renderer = new Canvas((ctx, view) => canvas.paintScene(ctx, view, this.scene));
    this.pointing = new Pointing(this);
    this.homes = new Homes(this);
    this.tools = new Tools(L, this);
    this.keys = new Keys(this, bar);
    this.onPrint = () => this.print();
    window.addEventListener("beforeprint", this.onPrint);
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(this.canvasBox);
  }

  /** @param {typeof import("leaflet")} L */
  makeMap(L) {
    const map = L.map(this.canvasBox, {
      attributionControl: false, boxZoom: false, scrollWheelZoom: false, zoomSnap: 0.1,
      zoomDelta: 0.5, wheelPxPerZoomLevel: 120, minZoom: 2, maxZoom: 18, worldCopyJump: false,
      keyboard: true, doubleClickZoom: true, maxBoundsViscosity: 0.8, zoomControl: false,
    });
    const { texts } = this.data;
    L.control.zoom({ zoomInTitle: texts.zoomIn, zoomOutTitle: texts.zoomOut }).addTo(map);
    // The wheel scrolls the page until the user has taken the map in hand.
    map.on("focus", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    map.on("mousedown touchstart", () => this.canvasBox.focus({ preventScroll: true }));
    map.on("moveend", () => this.remember());
    return map;
  }

  destroy() {
    this.outbox.close();
    window.removeEventListener("beforeprint", this.onPrint);
    this.resizing.disconnect();
    this.map.remove();
    this.box.remove();
  }

  // --- what is drawn ---------------------------------------------------------

  /** @param {MapData} data of a newer run */
  show(data) {
    this.keepHidden(data);
    this.data = data;
    this.update();
  }

  update() {
    const { data } = this;
    const wanted = this.wanted();
    this.isWaiting = wanted === null;
    if (wanted === null) return;
    this.layers = wanted;
    this.box.style.setProperty("--pm-height", `${data.height}px`);
    this.box.classList.toggle("pm-dark", scenes.isDark("host" in this.place ? this.place.host : this.place));
    this.canvasBox.setAttribute("aria-label", data.label);
    this.tools.offer(data.events);
    this.keys.offer(data.events);
    this.saveButton.classList.toggle("pm-gone", !data.title);
    this.scene = scenes.readScene(data, wanted, this.hidden, this.box.classList.contains("pm-dark"));
    this.fit(false);
    this.addTiles();
    if (this.map.hasLayer(this.renderer)) this.renderer.repaint();
    else this.renderer.addTo(this.map);
    this.drawLegend();
    this.setScale();
  }

  // The blocks that the data name; null while one of them is on its way.
  wanted() {
    /** @type {Record<string, Layer>} */
    const wanted = {};
    for (const id of Object.values(this.data.layers)) {
      const layer = blocks.layerOf(id) ?? this.layers?.[id];
      if (!layer) return null;
      wanted[id] = layer;
    }
    return wanted;
  }

  drawLegend() {
    legend.drawLegend(this.legendBox, this.data, this.hidden, (text) => {
      this.scene.labels = scenes.labelsOf(this.scene, this.data);
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

  /** @param {boolean} isAsked */
  fit(isAsked) {
    if (!this.canvasBox.clientWidth) return;
    const all = isAsked && this.data.home ? { ...this.data, fit: this.data.home } : this.data;
    const extent = scenes.extentOf(this.scene, all);
    const token = JSON.stringify(this.data.fit ?? [extent, this.data.layers.units, this.data.layers.points]);
    const kept = views.get(this.data.key);
    if (!isAsked && this.token === token) return;
    if (!isAsked && this.token === undefined && kept?.token === token) {
      this.map.setView(kept.centre, kept.zoom, { animate: false });
    } else if (extent) {
      const corner = (/** @type {number} */ x, /** @type {number} */ y) => window.L.CRS.EPSG3857.pointToLatLng(window.L.point(x * 256, y * 256), 0);
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
    if (this.token === undefined && this.layers) this.fit(false);
  }

  // --- what the others ask of the map ---------------------------------------------

  /** @param {L.LatLng} latlng @returns {World} */
  worldAt(latlng) {
    return layers.mercator(latlng.lat, latlng.lng);
  }

  /** @param {Gesture} event */
  send(event) {
    this.outbox.push(event);
  }

  // For those who do not see the map.
  /** @param {string} text */
  say(text) {
    this.live.textContent = text;
  }

  /** @param {string} what of the texts @param {string} name */
  tell(what, name) {
    this.say(this.data.texts[what].replace("{name}", name));
  }

  // --- on paper and as a file -------------------------------------------------------

  async save() {
    const name = await picture.download(this);
    this.tell("pictured", name);
  }

  print() {
    if (!this.layers) return;
    this.paper?.remove();
    this.paper = picture.compose(this);
    this.paper.className = "pm-paper";
    this.box.append(this.paper);
  }

  /** @param {MapData} data */
  foldLegend(data) {
    const isFolded = this.box.clientWidth <= 480 || !data.legendOpen || legend.isTooLarge(this.box, data);
    this.legendBox.classList.toggle("pm-closed", isFolded);
  }

  // Classes stay hidden while the legend means the same, whatever their numbers are.
  /** @param {MapData} data */
  keepHidden(data) {
    if (data === this.data) return; // the first
    const names = [...this.hidden].map((code) => this.data.legend[code]?.label);
    const isSame = data.legendTitle === this.data.legendTitle;
    const isNone = this.hidden.has(layers.NONE);
    this.hidden.clear();
    // A balance brings twenty rows where there was one: they would hide the map.
    const isLarger = data.legend.length > this.data.legend.length && legend.isTooLarge(this.box, data);
    if (!isSame || isLarger) this.foldLegend(data);
    if (!isSame) return;
    if (isNone) this.hidden.add(layers.NONE);
    data.legend.forEach(({ label }, code) => {
      if (names.includes(label)) this.hidden.add(code);
    });
  }
}
