// What lies under the pointer: its name and facts, its click, and what a box takes in.

/** @import { DrawnPoints, DrawnUnits, Hit, LatLon, Load, Placed, Tip } from "./types.js" */
/** @import { PlanMap } from "./map.js" */
/** @import { LatLng, LeafletMouseEvent, Point } from "leaflet" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [{ NONE }, { pointRadius }, { unitAt }, { pointNear }] = await Promise.all([
  load("layers"), load("points"), load("shapes"), load("grid"),
]);

export class Pointing {
  /** @param {PlanMap} host */
  constructor(host) {
    this.host = host;
    host.map.on("mousemove", (event) => this.hover(event));
    host.map.on("mouseout movestart zoomstart", () => host.tip.hide());
    host.map.on("click", (event) => this.click(event));
  }

  /** @param {DrawnUnits | DrawnPoints} of @param {number} i */
  codeOf(of, i) {
    return of.codes ? of.codes[i] : NONE;
  }

  /** @param {DrawnUnits | DrawnPoints} of @returns {(i: number) => boolean} */
  isShown(of) {
    return (i) => !this.host.hidden.has(this.codeOf(of, i)) || !of.codes;
  }

  // From pixels to world coordinates.
  /** @param {number} reach */
  pixels(reach) {
    return reach / (256 * 2 ** this.host.map.getZoom());
  }

  /** @param {LatLng} latlng @returns {LatLon} as Python is told, to a tenth of a metre */
  sent({ lat, lng }) {
    return [Number(lat.toFixed(6)), Number(lng.toFixed(6))];
  }

  /** @param {LatLng} latlng @param {number} reach pixels */
  homeNear(latlng, reach) {
    const [x, y] = this.host.worldAt(latlng);
    const radius = this.pixels(reach) * 1.3;
    return this.host.scene.homes.find(({ xy }) => Math.hypot(xy[0] - x, xy[1] - y) <= radius);
  }

  /** @param {LatLng} latlng @param {number} reach pixels @returns {Hit | null} */
  find(latlng, reach) {
    const { points, units, lines } = this.host.scene;
    const [x, y] = this.host.worldAt(latlng);
    const radius = this.pixels(reach);
    for (const line of lines) {
      const at = line.stops.findLastIndex(({ xy }) => Math.hypot(xy[0] - x, xy[1] - y) <= radius * 1.3);
      if (at >= 0) return { kind: "stop", thing: line.stops[at], name: `${at + 1} · ${line.stops[at].name}` };
    }
    const home = this.homeNear(latlng, reach);
    if (home) return { kind: "home", thing: home, name: home.name };
    const i = points ? pointNear(points.layer, x, y, radius, this.isShown(points)) : -1;
    if (points && i >= 0) return { kind: "point", of: points, i, name: points.layer.names[i] };
    const u = units ? unitAt(units.layer, x, y) : -1;
    if (units && u >= 0) return { kind: "unit", of: units, i: u, name: units.layer.names[u] };
    return null;
  }

  /** @param {Hit} hit @returns {Tip} */
  describe(hit) {
    if ("thing" in hit) return { name: hit.name, facts: hit.thing.facts };
    const { data } = this.host;
    const { of, i, name } = hit;
    const entry = of.codes ? data.legend[this.codeOf(of, i)] : undefined;
    const isTold = hit.kind === "unit" ? hit.of.isMixed : hit.of.parts !== null;
    return {
      name, entry, noneLabel: (of.codes && data.unassigned) || undefined,
      part: isTold && of.parts ? data.partTold[of.parts[i]] : undefined,
      facts: of.layer.facts.map(([label, texts]) => [label, texts[i]]),
    };
  }

  // How near is near enough: a finger is less exact than a mouse.
  /** @param {MouseEvent | PointerEvent} event */
  reach(event) {
    const { map, scene } = this.host;
    const isTouch = ("pointerType" in event && event.pointerType === "touch") || window.L.Browser.mobile;
    return Math.max(isTouch ? 18 : 8, pointRadius(map.getZoom(), scene.points?.layer.n ?? 0));
  }

  /** @param {LeafletMouseEvent} event */
  hover(event) {
    const { host } = this;
    if (!host.layers || host.tools.active || host.map.dragging.moving?.() || host.homes.held) return;
    const hit = this.find(event.latlng, this.reach(event.originalEvent));
    const isHeld = hit?.kind === "home" && host.data.events.includes("drag");
    const isOpen = hit && host.data.events.includes(hit.kind);
    const isPlaced = host.data.events.includes("place");
    host.canvasBox.style.cursor = isPlaced ? "crosshair" : isHeld ? "move" : isOpen ? "pointer" : "";
    if (!hit) host.tip.hide();
    else this.showTip(hit, event);
  }

  /** @param {Hit} hit */
  idOf(hit) {
    return "thing" in hit ? hit.thing.id : hit.of.layer.ids[hit.i];
  }

  /** @param {Hit} hit @param {LeafletMouseEvent} event */
  showTip(hit, event) {
    const key = `${hit.kind} ${this.idOf(hit)} ${"of" in hit ? this.codeOf(hit.of, hit.i) : ""}`;
    this.host.tip.show(key, this.describe(hit), event.containerPoint.x, event.containerPoint.y);
  }

  /** @param {LeafletMouseEvent} event */
  click(event) {
    const { host } = this;
    if (!host.layers || host.tools.isBusy) return;
    if (host.data.events.includes("place")) {
      this.place(event.latlng);
      return;
    }
    const hit = this.find(event.latlng, this.reach(event.originalEvent));
    if (!hit) {
      host.tip.hide();
      return;
    }
    this.showTip(hit, event);
    if (host.data.events.includes(hit.kind)) host.send({ kind: hit.kind, ids: [this.idOf(hit)], unit_ids: [] });
  }

  // A click is meant for the place itself, whatever lies there.
  /** @param {LatLng} latlng */
  place(latlng) {
    const at = this.sent(latlng);
    this.host.tell("placed", at.map((degrees) => degrees.toFixed(3)).join(", "));
    this.host.send({ kind: "place", ids: [], unit_ids: [], path: [at], hidden: [...this.host.hidden] });
  }

  /** @param {Point} at in pixels of the map's box */
  unitUnder(at) {
    const { units } = this.host.scene;
    if (!units) return -1;
    const [x, y] = this.host.worldAt(this.host.map.containerPointToLatLng(at));
    const u = unitAt(units.layer, x, y);
    return u >= 0 && this.isShown(units)(u) ? u : -1;
  }

  // A unit's rings as an SVG path in pixels of the map's box.
  /** @param {number} u */
  outlineOf(u) {
    const { map, scene } = this.host;
    if (!scene.units) return "";
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
  /** @param {Point[]} corners two, opposite */
  unitsInBox(corners) {
    const world = corners.map((at) => this.host.worldAt(this.host.map.containerPointToLatLng(at)));
    const [west, east] = world.map(([x]) => x).sort((a, b) => a - b);
    const [north, south] = world.map(([, y]) => y).sort((a, b) => a - b);
    const { units } = this.host.scene;
    /** @type {string[]} */
    const ids = [];
    if (!units) return ids;
    for (let u = 0; u < units.layer.n; u++) {
      const x = units.layer.middle[2 * u], y = units.layer.middle[2 * u + 1];
      if (x >= west && x <= east && y >= north && y <= south && this.isShown(units)(u)) ids.push(units.layer.ids[u]);
    }
    return ids;
  }
}
