// A rep's home is taken with the mouse and put elsewhere.

const version = new URL(import.meta.url).search;
const { element, icon } = await import(`./overlays.js${version}`);
const STILL = 4; // pixels: a shorter drag is a click

export class Homes {
  // host: the map with its boxes, `scene`, `tools`, `pointing`, `send`
  constructor(host) {
    this.host = host;
    this.held = null;
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

  take(event) {
    const { host } = this;
    const isFree = host.data.events.includes("drag") && !host.tools.active && host.known;
    if (!isFree || event.button || event.shiftKey || !event.isPrimary) return;
    if (event.target.closest(".leaflet-control")) return;
    const at = host.map.mouseEventToLatLng(event);
    const home = host.pointing.homeNear(at, host.pointing.reach({ originalEvent: event }));
    if (!home) return;
    this.held = { home, from: host.map.mouseEventToContainerPoint(event), pointer: event.pointerId };
    host.map.dragging.disable();
    host.canvasBox.setPointerCapture(event.pointerId);
  }

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
    const path = [[Number(place.lat.toFixed(6)), Number(place.lng.toFixed(6))]];
    host.send({ kind: "drag", ids: [home.id], unit_ids: [], path });
  }

  drop() {
    if (!this.held) return;
    this.held = null;
    this.ghost?.remove();
    this.ghost = null;
    this.host.map.dragging.enable();
  }
}
