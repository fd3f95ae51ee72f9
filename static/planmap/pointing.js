// What lies under the pointer: its name and facts, its click, and what a box takes in.

const version = new URL(import.meta.url).search;
const [layers, { pointRadius }] = await Promise.all(
  ["layers", "marks"].map((name) => import(`./${name}.js${version}`)),
);

export class Pointing {
  // host: the map with its boxes, `data`, `scene`, `hidden`, `tools`, `tip`, `send`
  constructor(host) {
    this.host = host;
    host.map.on("mousemove", (event) => this.hover(event));
    host.map.on("mouseout movestart zoomstart", () => host.tip.hide());
    host.map.on("click", (event) => this.click(event));
  }

  codeOf(of, i) {
    return of.codes ? of.codes[i] : layers.NONE;
  }

  isShown(of) {
    return (i) => !this.host.hidden.has(this.codeOf(of, i)) || !of.codes;
  }

  pixels(reach) {
    return reach / (256 * 2 ** this.host.map.getZoom());
  }

  homeNear(latlng, reach) {
    const [x, y] = this.host.worldAt(latlng);
    const radius = this.pixels(reach) * 1.3;
    return this.host.scene.homes.find(({ xy }) => Math.hypot(xy[0] - x, xy[1] - y) <= radius);
  }

  find(latlng, reach) {
    const { scene } = this.host;
    const [x, y] = this.host.worldAt(latlng);
    const radius = this.pixels(reach);
    for (const line of scene.lines) {
      const at = line.stops.findLastIndex(({ xy }) => Math.hypot(xy[0] - x, xy[1] - y) <= radius * 1.3);
      if (at >= 0) return { kind: "stop", thing: line.stops[at], name: `${at + 1} · ${line.stops[at].name}` };
    }
    const home = this.homeNear(latlng, reach);
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
    const { data } = this.host;
    const entry = of.codes ? data.legend[this.codeOf(of, i)] : undefined;
    return {
      name, entry, isNone: Boolean(of.codes) && !entry && Boolean(data.unassigned),
      noneLabel: data.unassigned,
      part: of.isMixed || (kind === "point" && of.parts) ? data.partTold[of.parts[i]] : undefined,
      facts: of.layer.facts.map(([label, texts]) => [label, texts[i]]), kind,
    };
  }

  reach(event) {
    const { map, scene } = this.host;
    const isTouch = event.originalEvent?.pointerType === "touch" || window.L.Browser.mobile;
    return Math.max(isTouch ? 18 : 8, pointRadius(map.getZoom(), scene.points?.layer.n ?? 0));
  }

  hover(event) {
    const { host } = this;
    if (!host.known || host.tools.active || host.map.dragging.moving() || host.homes.held) return;
    const found = this.find(event.latlng, this.reach(event));
    const isHeld = found?.kind === "home" && host.data.events.includes("drag");
    const isOpen = found && host.data.events.includes(found.kind);
    host.canvasBox.style.cursor = isHeld ? "move" : isOpen ? "pointer" : "";
    if (!found) host.tip.hide();
    else this.showTip(found, event);
  }

  showTip(found, event) {
    const key = `${found.kind} ${found.thing?.id ?? found.of.layer.ids[found.i]} ${found.of ? this.codeOf(found.of, found.i) : ""}`;
    this.host.tip.show(key, this.describe(found), event.containerPoint.x, event.containerPoint.y);
  }

  click(event) {
    const { host } = this;
    if (!host.known || host.tools.isBusy) return;
    const found = this.find(event.latlng, this.reach(event));
    if (!found) return host.tip.hide();
    this.showTip(found, event);
    if (!host.data.events.includes(found.kind)) return;
    const id = found.thing?.id ?? found.of.layer.ids[found.i];
    host.send({ kind: found.kind, ids: [id], unit_ids: [] });
  }

  unitUnder(at) {
    const { units } = this.host.scene;
    if (!units) return -1;
    const u = layers.unitAt(units.layer, ...this.host.worldAt(this.host.map.containerPointToLatLng(at)));
    return u >= 0 && this.isShown(units)(u) ? u : -1;
  }

  // A unit's rings as an SVG path in pixels of the map's box.
  outlineOf(u) {
    const { map, scene } = this.host;
    const { xy, ringStart, unitStart } = scene.units.layer;
    const scale = 256 * 2 ** map.getZoom();
    const origin = map.getPixelOrigin().add(map.containerPointToLayerPoint([0, 0]));
    let path = "";
    for (let r = unitStart[u]; r < unitStart[u + 1]; r++) {
      for (let v = ringStart[r]; v < ringStart[r + 1]; v++) {
        const x = xy[2 * v] * scale - origin.x, y = xy[2 * v + 1] * scale - origin.y;
        path += `${v === ringStart[r] ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
      }
      path += "Z";
    }
    return path;
  }

  // The points in a box are Python's to find: a hundred thousand ids are a megabyte.
  unitsInBox(corners) {
    const world = corners.map((at) => this.host.worldAt(this.host.map.containerPointToLatLng(at)));
    const [west, east] = world.map(([x]) => x).sort((a, b) => a - b);
    const [north, south] = world.map(([, y]) => y).sort((a, b) => a - b);
    const { units } = this.host.scene;
    const found = [];
    for (let u = 0; u < (units?.layer.n ?? 0); u++) {
      const x = units.layer.middle[2 * u], y = units.layer.middle[2 * u + 1];
      if (x >= west && x <= east && y >= north && y <= south && this.isShown(units)(u)) found.push(units.layer.ids[u]);
    }
    return found;
  }
}
