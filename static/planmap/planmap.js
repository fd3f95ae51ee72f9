// Entry of the map component: keeps one Leaflet map per place on the page, gives it
// the blocks that the stores hold, and tells Python what the user did.

const version = new URL(import.meta.url).search;
const [layers, canvas, overlays, tools] = await Promise.all(
  ["layers", "canvas", "overlays", "tools"].map((name) => import(`./${name}.js${version}`)),
);
const { element } = overlays;
const NONE = 255;

const blocks = new Map(); // version → { layer, users }
const blockOf = new WeakMap(); // store's place → version
const maps = new Map(); // map's place → instance
const views = new Map(); // key → { centre, zoom, fit } that outlives a page change

let ready = null;

export async function render(component, root, leafletVersion, role) {
  if (role === "store") return renderStore(component);
  ready ??= import(`${root}vendor/leaflet/leaflet.js?v=${leafletVersion}`);
  await ready;
  return renderMap(component, root, leafletVersion);
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
  return () => release(parentElement);
}

function release(place) {
  const known = blocks.get(blockOf.get(place));
  if (known && --known.users === 0) blocks.delete(blockOf.get(place));
  blockOf.delete(place);
}

// The version stands in the header; reading it costs less than decoding all again.
function peekVersion(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const tail = new TextDecoder().decode(bytes.subarray(Math.max(4, length - 400), 4 + length));
  return /"version":"([0-9a-f]{16})"/.exec(tail)?.[1] ?? String(length);
}

// --- maps ------------------------------------------------------------------------

async function renderMap(component, root, leafletVersion) {
  const { parentElement, data, setTriggerValue } = component;
  let map = maps.get(parentElement);
  if (!map) {
    map = new PlanMap(parentElement, root, leafletVersion, data);
    maps.set(parentElement, map);
    await map.styled;
  }
  map.send = (event) => setTriggerValue("event", event);
  map.data = data;
  map.update();
  return () => {
    maps.get(parentElement)?.destroy();
    maps.delete(parentElement);
  };
}

function bytesOf(text) {
  return text === null ? null : Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

function isDark(host) {
  const colour = getComputedStyle(host).getPropertyValue("--st-background-color").trim();
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(colour);
  const parts = hex ? hex.slice(1).map((x) => parseInt(x, 16)) : (colour.match(/\d+/g) ?? [255, 255, 255]).map(Number);
  return parts[0] * 0.3 + parts[1] * 0.59 + parts[2] * 0.11 < 128;
}

function inkOn(colour) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  return r * 0.3 + g * 0.59 + b * 0.11 > 150 ? "#1F2933" : "#FFFFFF";
}

class PlanMap {
  constructor(place, root, leafletVersion, data) {
    this.place = place;
    this.data = data;
    this.hidden = new Set();
    this.box = element("div", "pm-root");
    this.canvasBox = element("div", "pm-map");
    this.legendBox = element("div", "pm-legend");
    this.box.append(this.canvasBox, this.legendBox);
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
    const isFolded = this.box.clientWidth <= 480 || !this.data.legendOpen;
    if (isFolded) this.legendBox.classList.add("pm-closed");
    this.map = L.map(this.canvasBox, {
      attributionControl: false, boxZoom: false, scrollWheelZoom: false, zoomSnap: 0.25,
      zoomDelta: 0.5, wheelPxPerZoomLevel: 120, minZoom: 2, maxZoom: 18, worldCopyJump: false,
      keyboard: true, doubleClickZoom: true, maxBoundsViscosity: 0.8,
    });
    this.canvasBox.setAttribute("role", "application");
    // The wheel scrolls the page until the user has taken the map in hand.
    this.map.on("focus", () => this.map.scrollWheelZoom.enable());
    this.map.on("blur", () => this.map.scrollWheelZoom.disable());
    this.map.on("mousedown touchstart", () => this.canvasBox.focus({ preventScroll: true }));
    this.tip = overlays.makeTooltip(this.box);
    overlays.makeButton(L, this.map, "fit", "Show everything", () => this.fit(true));
    this.scene = {};
    this.map.on("moveend", () => this.remember());
    this.map.on("mousemove", (event) => this.hover(event));
    this.map.on("mouseout movestart zoomstart", () => this.tip.hide());
    this.map.on("click", (event) => this.click(event));
    this.tools = new tools.Tools(L, this);
    this.resizing = new ResizeObserver(() => this.resize());
    this.resizing.observe(this.canvasBox);
  }

  destroy() {
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
    this.buildScene();
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

  buildScene() {
    const { data } = this;
    const layer = (name) => this.known[data.layers[name]] ?? null;
    const units = layer("units") && { layer: layer("units"), codes: bytesOf(data.unitCodes) };
    const points = layer("points") && {
      layer: layer("points"), codes: bytesOf(data.pointCodes), size: bytesOf(data.pointSize),
    };
    const withPlace = (thing) => ({ ...thing, xy: layers.mercator(...thing.at) });
    const known = (of) => new Set(data.selected.map((id) => of?.layer.index.get(id)).filter((i) => i !== undefined));
    this.scene = {
      units, points, base: layer("base"), legend: data.legend, hidden: this.hidden,
      theme: this.box.classList.contains("pm-dark") ? canvas.DARK : canvas.LIGHT,
      hasBorders: data.borders, hasTiles: Boolean(data.tileUrl), bordersOf: layers.borders,
      outlines: data.outlines.map((line) => ({
        ...line, rings: line.rings.map((ring) => ring.map((at) => layers.mercator(...at))),
      })),
      lines: data.lines.map((line) => ({
        ...line, ink: inkOn(line.colour), path: line.path.map((at) => layers.mercator(...at)),
        stops: line.stops.map(withPlace),
      })),
      homes: data.homes.map(withPlace),
      selectedUnits: known(units), selectedPoints: known(points), labels: [],
    };
    this.placeLabels();
  }

  placeLabels() {
    const { scene, data, hidden } = this;
    scene.labels = [];
    if (scene.units?.codes) {
      const places = layers.labelPlaces(scene.units.layer, scene.units.codes, data.legend.length);
      places.forEach((at, code) => {
        const text = data.legend[code].short;
        if (at && text) scene.labels.push({ text, at, isDim: hidden.has(code) });
      });
    }
    for (const line of scene.outlines) {
      const all = line.rings.flat();
      if (!line.label || !all.length) continue;
      const mean = (i) => all.reduce((sum, at) => sum + at[i], 0) / all.length;
      scene.labels.push({ text: line.label, at: [mean(0), mean(1)], isDim: false });
    }
  }

  drawLegend() {
    overlays.drawLegend(this.legendBox, this.data, this.hidden, () => {
      this.placeLabels();
      this.renderer.repaint();
      this.drawLegend();
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

  extent() {
    const { scene, data } = this;
    if (data.fit) {
      const [west, south] = layers.mercator(data.fit[0], data.fit[1]);
      const [east, north] = layers.mercator(data.fit[2], data.fit[3]);
      return [west, north, east, south];
    }
    const boxes = [];
    const around = (at) => boxes.push([at[0], at[1], at[0], at[1]]);
    scene.lines.forEach((line) => {
      line.path.forEach(around);
      line.stops.forEach((stop) => around(stop.xy));
    });
    scene.outlines.forEach((line) => line.rings.flat().forEach(around));
    if (!boxes.length) scene.homes.forEach((home) => around(home.xy));
    if (scene.points?.layer.n) boxes.push(scene.points.layer.extent);
    if (scene.units?.codes && scene.units.layer.n) boxes.push(scene.units.layer.extent);
    if (!boxes.length) for (const of of [scene.units?.layer, scene.base]) if (of?.n) boxes.push(of.extent);
    if (!boxes.length) return null;
    return boxes.reduce((a, b) => [
      Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3]),
    ]);
  }

  fit(isAsked) {
    if (!this.canvasBox.clientWidth) return;
    const extent = this.extent();
    const token = JSON.stringify(this.data.fit ?? [extent, this.data.layers.units, this.data.layers.points]);
    const kept = views.get(this.data.key);
    if (!isAsked && this.token === token) return;
    if (!isAsked && this.token === undefined && kept?.token === token) {
      this.map.setView(kept.centre, kept.zoom, { animate: false });
    } else if (extent) {
      const corner = (x, y) => window.L.CRS.EPSG3857.pointToLatLng(window.L.point(x * 256, y * 256), 0);
      const bounds = window.L.latLngBounds(corner(extent[0], extent[3]), corner(extent[2], extent[1]));
      const isLegendOpen = !this.legendBox.hidden && !this.legendBox.classList.contains("pm-closed");
      const isWide = this.canvasBox.clientWidth > 640;
      this.map.fitBounds(bounds, {
        animate: isAsked, maxZoom: 14,
        paddingTopLeft: [isWide ? 56 : 16, 24], paddingBottomRight: [isWide && isLegendOpen ? 216 : 16, 24],
      });
    } else this.map.setView([39, -96], 4, { animate: false });
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

  // --- what the user points at ---------------------------------------------------

  codeOf(layer, i) {
    return layer.codes ? layer.codes[i] : NONE;
  }

  isShown(layer) {
    return (i) => !this.hidden.has(this.codeOf(layer, i)) || !layer.codes;
  }

  worldAt(latlng) {
    return layers.mercator(latlng.lat, latlng.lng);
  }

  find(latlng, reach) {
    const { scene } = this;
    const [x, y] = this.worldAt(latlng);
    const radius = reach / (256 * 2 ** this.map.getZoom());
    const isNear = (thing) => Math.hypot(thing.xy[0] - x, thing.xy[1] - y) <= radius * 1.3;
    for (const line of scene.lines) {
      const at = line.stops.findLastIndex(isNear);
      if (at >= 0) return { kind: "stop", thing: line.stops[at], name: `${at + 1} · ${line.stops[at].name}` };
    }
    const home = scene.homes.find(isNear);
    if (home) return { kind: "home", thing: home, name: home.name };
    for (const [kind, of] of [["point", scene.points], ["unit", scene.units]]) {
      if (!of) continue;
      const i = kind === "point"
        ? layers.pointNear(of.layer, x, y, radius, this.isShown(of))
        : layers.unitAt(of.layer, x, y);
      if (i >= 0) return { kind, of, i, name: of.layer.names[i] };
    }
    return null;
  }

  describe({ kind, thing, of, i, name }) {
    if (thing) return { name, facts: thing.facts };
    const code = this.codeOf(of, i);
    const entry = of.codes ? this.data.legend[code] : undefined;
    return {
      name, entry, isNone: Boolean(of.codes) && !entry && Boolean(this.data.unassigned),
      noneLabel: this.data.unassigned,
      facts: of.layer.facts.map(([label, texts]) => [label, texts[i]]), kind,
    };
  }

  reach(event) {
    const isTouch = event.originalEvent?.pointerType === "touch" || window.L.Browser.mobile;
    return Math.max(isTouch ? 18 : 8, canvas.pointRadius(this.map.getZoom(), this.scene.points?.layer.n ?? 0));
  }

  hover(event) {
    if (!this.known || this.tools.active || this.map.dragging.moving()) return;
    const found = this.find(event.latlng, this.reach(event));
    this.canvasBox.style.cursor = found && this.data.events.includes(found.kind) ? "pointer" : "";
    if (!found) this.tip.hide();
    else this.showTip(found, event);
  }

  showTip(found, event) {
    const key = `${found.kind} ${found.thing?.id ?? found.of.layer.ids[found.i]} ${found.of ? this.codeOf(found.of, found.i) : ""}`;
    this.tip.show(key, this.describe(found), event.containerPoint.x, event.containerPoint.y);
  }

  click(event) {
    if (!this.known || this.tools.isBusy) return;
    const found = this.find(event.latlng, this.reach(event));
    if (!found) return this.tip.hide();
    this.showTip(found, event);
    if (!this.data.events.includes(found.kind)) return;
    const id = found.thing?.id ?? found.of.layer.ids[found.i];
    this.send({ kind: found.kind, ids: [id], unit_ids: [] });
  }

  // --- what a box takes in ---------------------------------------------------------

  selectBox(corners) {
    const world = corners.map((at) => this.worldAt(this.map.containerPointToLatLng(at)));
    const [west, east] = [world[0][0], world[1][0]].sort((a, b) => a - b);
    const [north, south] = [world[0][1], world[1][1]].sort((a, b) => a - b);
    const { points, units } = this.scene;
    const ids = points
      ? layers.pointsInBox(points.layer, west, north, east, south, this.isShown(points)).map((i) => points.layer.ids[i])
      : [];
    const unitIds = [];
    for (let u = 0; u < (units?.layer.n ?? 0); u++) {
      const x = units.layer.middle[2 * u], y = units.layer.middle[2 * u + 1];
      if (x >= west && x <= east && y >= north && y <= south && this.isShown(units)(u)) unitIds.push(units.layer.ids[u]);
    }
    if (ids.length || unitIds.length) this.send({ kind: "box", ids, unit_ids: unitIds });
  }
}
