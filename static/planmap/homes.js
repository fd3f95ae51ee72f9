// A rep's home is taken with the mouse and put elsewhere.

/** @import { Load, Placed } from "./types.js" */
/** @import { PlanMap } from "./map.js" */
/** @import { Point } from "leaflet" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [{ element, icon }, { isControl }] = await Promise.all([load("overlays"), load("tools")]);
const STILL = 4; // pixels: a shorter drag is a click

export class Homes {
  /** @param {PlanMap} host */
  constructor(host) {
    this.host = host;
    /** @type {{ home: Placed, from: Point, pointer: number } | null} */
    this.held = null;
    /** @type {HTMLElement | null} */
    this.ghost = null;
    const box = host.canvasBox;
    // before the tools and Leaflet: who takes a home does not drag the map
    box.addEventListener("pointerdown", (event) => this.take(event), true);
    box.addEventListener("pointermove", (event) => this.carry(event));
    box.addEventListener("pointerup", (event) => this.put(event));
    box.addEventListener("pointercancel", () => this.drop());
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !this.held) return;
      event.stopPropagation();
      this.drop();
    });
    host.map.on("zoomstart", () => this.drop());
  }

  /** @param {PointerEvent} event */
  take(event) {
    const { host } = this;
    const isFree = host.data.events.includes("drag") && !host.tools.active && host.layers;
    if (!isFree || event.button || event.shiftKey || !event.isPrimary) return;
    if (isControl(event.target)) return;
    const at = host.map.mouseEventToLatLng(event);
    const home = host.pointing.homeNear(at, host.pointing.reach(event));
    if (!home) return;
    this.held = { home, from: host.map.mouseEventToContainerPoint(event), pointer: event.pointerId };
    host.map.dragging.disable();
    host.canvasBox.setPointerCapture(event.pointerId);
  }

  /** @param {PointerEvent} event */
  carry(event) {
    if (!this.held || event.pointerId !== this.held.pointer) return;
    const now = this.host.map.mouseEventToContainerPoint(event);
    if (!this.ghost && now.distanceTo(this.held.from) <= STILL) return;
    if (!this.ghost) {
      this.ghost = element("div", "pm-ghost");
      this.ghost.append(icon("home"));
      this.host.box.append(this.ghost);
      this.host.tip.hide();
    }
    this.ghost.style.transform = `translate(${now.x}px, ${now.y}px)`;
  }

  /** @param {PointerEvent} event */
  put(event) {
    if (!this.held || event.pointerId !== this.held.pointer) return;
    const { host } = this;
    const { home } = this.held;
    const isMoved = Boolean(this.ghost);
    this.drop();
    if (!isMoved) return;
    host.tools.swallowClick();
    const place = host.map.mouseEventToLatLng(event);
    home.xy = host.worldAt(place); // at once; Python has the last word
    host.renderer.repaint();
    host.say(host.data.texts.dragged.replace("{name}", home.name));
    host.send({ kind: "drag", ids: [home.id], unit_ids: [], path: [host.pointing.sent(place)] });
  }

  drop() {
    if (!this.held) return;
    this.held = null;
    this.ghost?.remove();
    this.ghost = null;
    this.host.map.dragging.enable();
  }
}
