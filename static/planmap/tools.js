// What is drawn with the pointer: a box, a lasso, a polygon corner by corner, a brush
// stroke, a dividing line. The shape goes to Python, which says what lies in it.

/** @import { Load } from "./types.js" */
/** @import { PlanMap } from "./map.js" */
/** @import { LatLng, Point } from "leaflet" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const { element, makeBar } = await load("overlays");

/** @typedef {"box" | "lasso" | "polygon" | "paint" | "line"} Tool */
/** @type {Tool[]} */
export const TOOLS = ["box", "lasso", "polygon", "paint", "line"];
const SVG = "http://www.w3.org/2000/svg";
const STILL = 4; // pixels: a shorter drag is a click
const STEP = 3; // pixels between two vertices of a freehand shape
/** @type {Partial<Record<Tool, number>>} */
const WIDTH = { paint: 7, line: 2.5 };
const BRUSH_STEP = 4; // pixels between two places where the brush looks for a unit

export class Tools {
  /** @param {typeof import("leaflet")} L @param {PlanMap} host */
  constructor(L, host) {
    this.host = host;
    /** @type {Tool | null} */
    this.active = null;
    /** @type {Tool | null} what is being drawn by a drag */
    this.drawn = null;
    /** @type {Point | null} where the pointer went down for the next corner */
    this.pressed = null;
    this.pointer = 0;
    this.isPanning = false; // space is held
    this.hasDrawn = false; // the click that follows a drag is its end
    /** @type {Point[]} of a drag, in pixels */
    this.vertices = [];
    /** @type {LatLng[]} of a polygon, on the globe: the map may move under them */
    this.corners = [];
    this.sketch = document.createElementNS(SVG, "svg");
    this.sketch.setAttribute("class", "pm-sketch");
    this.sketch.setAttribute("aria-hidden", "true");
    this.shape = document.createElementNS(SVG, "path");
    this.brushed = document.createElementNS(SVG, "path"); // units under the brush so far
    this.brushed.setAttribute("class", "pm-area");
    /** @type {Set<number>} */
    this.brushedUnits = new Set();
    this.sketch.append(this.brushed, this.shape);
    host.box.append(this.sketch);
    this.band = element("div", "pm-band");
    const { bar, add } = makeBar(L, host.map);
    this.bar = bar;
    bar.classList.add("pm-draw");
    this.buttons = new Map(TOOLS.map((name) => {
      const button = add(name, host.data.texts[name], () => {
        const isOn = this.active !== name;
        this.choose(isOn ? name : null);
        host.tell(isOn ? "toolOn" : "toolOff", host.data.texts[name]);
      });
      button.setAttribute("aria-pressed", "false");
      return /** @type {const} */ ([name, button]);
    }));
    const box = host.canvasBox;
    box.addEventListener("pointerdown", (event) => this.begin(event));
    box.addEventListener("pointermove", (event) => this.go(event));
    box.addEventListener("pointerup", (event) => this.end(event));
    box.addEventListener("pointercancel", () => this.drop());
    box.addEventListener("dblclick", (event) => this.close(event));
    box.addEventListener("keydown", (event) => this.key(event));
    box.addEventListener("keyup", (event) => {
      if (event.key === " ") this.pan(false);
    });
    box.addEventListener("blur", () => this.pan(false)); // space may be let go elsewhere
    // A drag is in pixels: if the map moves under it (wheel, second finger), it is void.
    host.map.on("movestart zoomstart", () => {
      if (this.drawn) this.drop();
    });
    host.map.on("move zoom", () => {
      if (this.corners.length) this.show(this.points(), "polygon");
    });
  }

  // --- which tool -----------------------------------------------------------------

  /** @param {string[]} events */
  offer(events) {
    for (const [name, button] of this.buttons) {
      button.classList.toggle("pm-gone", !events.includes(name));
    }
    this.bar.classList.toggle("pm-gone", !TOOLS.some((name) => events.includes(name)));
    if (this.active && !events.includes(this.active)) this.choose(null);
  }

  /** @param {Tool | null} name */
  choose(name) {
    this.drop();
    this.pan(false);
    this.active = name;
    for (const [key, button] of this.buttons) {
      button.classList.toggle("pm-on", key === name);
      button.setAttribute("aria-pressed", String(key === name));
    }
    this.host.canvasBox.classList.toggle("pm-drawing", Boolean(name));
    const zoom = this.host.map.doubleClickZoom;
    if (name === "polygon") zoom.disable();
    else zoom.enable();
    if (name) this.host.canvasBox.focus({ preventScroll: true }); // for its keys
  }

  get isBusy() {
    return this.active !== null || this.hasDrawn;
  }

  /** @param {boolean} isOn */
  pan(isOn) {
    this.isPanning = isOn;
    this.host.canvasBox.classList.toggle("pm-panning", isOn);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.target !== this.host.canvasBox || !(this.active || this.drawn)) return;
    if (event.key === " ") {
      event.preventDefault();
      this.pan(true);
    } else if (event.key === "Escape") {
      if (this.drawn || this.corners.length) this.drop();
      else this.choose(null);
      event.stopPropagation();
    } else if (event.key === "Enter" && this.active === "polygon") this.close(event);
  }

  // --- the shape --------------------------------------------------------------------

  /** @param {MouseEvent} event */
  at(event) {
    return this.host.map.mouseEventToContainerPoint(event);
  }

  points() {
    return this.corners.map((corner) => this.host.map.latLngToContainerPoint(corner));
  }

  /** @param {PointerEvent} event */
  begin(event) {
    if (event.button || this.isPanning || isControl(event.target)) return;
    const isShift = event.shiftKey && this.host.data.events.includes("box");
    const tool = this.active ?? (isShift ? "box" : null);
    if (!tool || !event.isPrimary) return;
    this.pointer = event.pointerId;
    this.host.tip.hide();
    if (tool === "polygon") {
      this.pressed = this.at(event);
      return;
    }
    this.drawn = tool;
    this.vertices = [this.at(event)];
    if (tool === "paint") this.brush(this.vertices[0], this.vertices[0]);
    this.host.map.dragging.disable();
    this.host.canvasBox.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  go(event) {
    if (this.active === "polygon" && this.corners.length) {
      this.show([...this.points(), this.at(event)], "polygon");
      return;
    }
    if (!this.drawn || event.pointerId !== this.pointer) return;
    const now = this.at(event);
    if (this.drawn === "box") {
      const [start] = this.vertices;
      this.vertices = [start, now];
      const low = [Math.min(start.x, now.x), Math.min(start.y, now.y)];
      this.band.style.cssText = `left:${low[0]}px;top:${low[1]}px;width:${Math.abs(now.x - start.x)}px;height:${Math.abs(now.y - start.y)}px`;
      if (!this.band.isConnected) this.host.box.append(this.band);
      return;
    }
    const last = this.vertices[this.vertices.length - 1];
    if (last.distanceTo(now) < STEP) return;
    if (this.drawn === "paint") this.brush(last, now);
    this.vertices.push(now);
    this.show(this.vertices, this.drawn);
  }

  /** @param {PointerEvent} event */
  end(event) {
    if (this.active === "polygon" && this.pressed) {
      const still = this.pressed.distanceTo(this.at(event)) <= STILL;
      const last = this.points().at(-1);
      if (still && !(last && last.distanceTo(this.pressed) <= STILL)) {
        this.corners.push(this.host.map.containerPointToLatLng(this.pressed));
        this.show(this.points(), "polygon");
      }
      this.pressed = null;
      return;
    }
    if (!this.drawn || event.pointerId !== this.pointer) return;
    const tool = this.drawn, drawn = this.vertices;
    this.drop();
    const isStill = drawn.every((at) => at.distanceTo(drawn[0]) <= STILL);
    if (isStill && tool !== "paint") return; // a click draws nothing
    this.swallowClick();
    if (tool === "box") this.tell(tool, cornersOf(drawn), this.host.pointing.unitsInBox(drawn));
    else if (tool !== "lasso" || drawn.length > 2) this.tell(tool, drawn);
  }

  swallowClick() {
    this.hasDrawn = true;
    setTimeout(() => { this.hasDrawn = false; }, 50);
  }

  /** @param {Event} event */
  close(event) {
    if (this.active !== "polygon" || this.corners.length < 3) return;
    event.preventDefault();
    const drawn = this.points();
    this.drop();
    this.tell("polygon", drawn);
  }

  drop() {
    this.drawn = this.pressed = null;
    this.vertices = [];
    this.corners = [];
    this.band.remove();
    this.brushedUnits.clear();
    this.brushed.removeAttribute("d");
    this.show([], null);
    this.host.map.dragging.enable();
  }

  /** @param {Point[]} vertices @param {Tool | null} tool */
  show(vertices, tool) {
    const path = vertices.map(({ x, y }, i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
    const isArea = tool === "lasso" || tool === "polygon";
    this.shape.setAttribute("d", path && isArea ? `${path}Z` : path);
    this.shape.setAttribute("class", isArea ? "pm-area" : "pm-stroke");
    this.shape.style.strokeWidth = `${(tool && WIDTH[tool]) ?? 1.5}px`;
  }

  // Shows at once which units the stroke takes; Python finds the same ones.
  /** @param {Point} from @param {Point} to */
  brush(from, to) {
    const steps = Math.ceil(from.distanceTo(to) / BRUSH_STEP) || 1;
    for (let i = 1; i <= steps; i++) {
      const at = from.add(to.subtract(from).multiplyBy(i / steps));
      const u = this.host.pointing.unitUnder(at);
      if (u < 0 || this.brushedUnits.has(u)) continue;
      this.brushedUnits.add(u);
      this.brushed.setAttribute("d", (this.brushed.getAttribute("d") ?? "") + this.host.pointing.outlineOf(u));
    }
  }

  /** @param {Tool} kind @param {Point[]} vertices @param {string[]} [unitIds] */
  tell(kind, vertices, unitIds = []) {
    const { host } = this;
    const path = vertices.map((at) => host.pointing.sent(host.map.containerPointToLatLng(at)));
    host.tell("drawn", host.data.texts[kind]);
    host.send({ kind, ids: [], unit_ids: unitIds, path, hidden: [...host.hidden] });
  }
}

// Buttons over the map are pressed, not drawn on.
/** @param {EventTarget | null} target */
export function isControl(target) {
  return target instanceof Element && target.closest(".leaflet-control") !== null;
}

// From two opposite corners all four, in the order in which one draws them.
/** @param {Point[]} corners @returns {Point[]} */
function cornersOf([a, b]) {
  return [a, window.L.point(b.x, a.y), b, window.L.point(a.x, b.y)];
}
