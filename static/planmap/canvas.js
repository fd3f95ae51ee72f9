// Draws a whole scene on one canvas at each pause of the view; while the user drags
// or zooms, the browser only moves the picture.

/** @import { DrawnOutline, Load, Paint, PaintUnits, Pen, Rings, Scene, Shapes, Theme, View } from "./types.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [marks, { paintPoints }, { borders }] = await Promise.all([load("marks"), load("points"), load("shapes")]);
const { DIM } = marks;

export const LIGHT = {
  water: "#EAEFF1", land: "#FBFBF9", unit: "#FFFFFF", plainUnit: "#DDDDD6", base: "#9AA5B1",
  border: "#1F2933", ink: "#1F2933", quiet: "#6B7680", halo: "#FBFBF9", none: "#DDDDDD",
  hatch: "#BFC3C7", casing: "#FFFFFF", accent: "#0B6E99", barrier: "#B42318",
  fill: 0.82, isDark: false,
};
export const DARK = {
  water: "#10151A", land: "#1B2229", unit: "#14191E", plainUnit: "#2B343C", base: "#5B6670",
  border: "#F1F3F4", ink: "#F1F3F4", quiet: "#8A96A1", halo: "#14191E", none: "#3A444D",
  hatch: "#55606A", casing: "#14191E", accent: "#4FB3D9", barrier: "#F97066",
  fill: 0.5, isDark: true,
};

// A renderer that is one canvas; a class made late, since Leaflet loads by itself.
/** @param {typeof import("leaflet")} L */
export function makeCanvas(L) {
  return class Canvas extends L.Renderer {
    /** @type {CanvasRenderingContext2D | null} */
    pen = null;

    /** @param {(ctx: Pen, view: View) => void} paint */
    constructor(paint) {
      super({ padding: 0.35 });
      this._layers = {};
      this.paint = paint;
    }

    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this.pen = this._container.getContext("2d");
    }

    _destroyContainer() {
      this._container?.remove();
      this._container = undefined;
      this.pen = null;
    }

    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      super._update();
      const { _bounds: bounds, _container: canvas } = this;
      if (!bounds || !canvas) return;
      const size = bounds.getSize();
      const ratio = Math.min(2, window.devicePixelRatio || 1);
      if (bounds.min) L.DomUtil.setPosition(canvas, bounds.min);
      canvas.width = Math.max(1, Math.round(size.x * ratio));
      canvas.height = Math.max(1, Math.round(size.y * ratio));
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      this.repaint();
    }

    repaint() {
      const { _bounds: bounds, _container: canvas, pen } = this;
      if (!bounds?.min || !canvas || !pen) return;
      const size = bounds.getSize();
      const ratio = canvas.width / size.x;
      const zoom = this._map.getZoom();
      const scale = 256 * 2 ** zoom;
      const origin = this._map.getPixelOrigin().add(bounds.min);
      pen.setTransform(1, 0, 0, 1, 0, 0);
      pen.clearRect(0, 0, canvas.width, canvas.height);
      pen.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.paint(pen, {
        scale, zoom, ox: origin.x, oy: origin.y, width: size.x, height: size.y, ratio,
        west: origin.x / scale, north: origin.y / scale,
        east: (origin.x + size.x) / scale, south: (origin.y + size.y) / scale,
      });
    }
  };
}

/** @type {Paint} */
export function paintScene(ctx, view, scene) {
  const { base, units, theme } = scene;
  ctx.lineJoin = "round";
  ctx.lineCap = "round";
  if (base && !scene.hasTiles) fillAll(ctx, view, base, theme.land);
  if (units) paintUnits(ctx, view, scene, units);
  if (base) strokeBase(ctx, view, base, theme);
  if (units) {
    if (scene.hasBorders) paintBorders(ctx, view, scene, units);
    marks.paintMarket(ctx, view, scene, units);
    paintPending(ctx, view, scene, units);
    paintSelected(ctx, view, scene, units);
    paintBarriers(ctx, view, scene, units);
  }
  for (const outline of scene.outlines) paintOutline(ctx, view, scene, outline);
  if (scene.points) paintPoints(ctx, view, scene, scene.points);
  if (units) marks.paintLocks(ctx, view, scene, units);
  for (const line of scene.lines) marks.paintLine(ctx, view, scene, line);
  for (const home of scene.homes) marks.paintHome(ctx, view, scene, home);
  marks.paintLabels(ctx, view, scene);
}

// --- polygons ---------------------------------------------------------------

/** @param {View} view @param {Float64Array} box @param {number} at */
function isSeen(view, box, at) {
  return box[at] <= view.east && box[at + 2] >= view.west
    && box[at + 1] <= view.south && box[at + 3] >= view.north;
}

// Vertices nearer than half a pixel to the last one are left out. Rings end where they
// began, so nothing is closed: `closePath` takes longer the longer the path is.
/** @param {Pen} ctx @param {View} view @param {Rings} layer @param {number} u */
function trace(ctx, view, layer, u) {
  const { xy, ringStart, unitStart } = layer;
  for (let r = unitStart[u]; r < unitStart[u + 1]; r++) {
    let lastX = Infinity, lastY = Infinity;
    const end = ringStart[r + 1] - 1;
    for (let v = ringStart[r]; v <= end; v++) {
      const x = xy[2 * v] * view.scale - view.ox, y = xy[2 * v + 1] * view.scale - view.oy;
      if (v === ringStart[r]) ctx.moveTo(x, y);
      else if (v < end && Math.abs(x - lastX) < 0.5 && Math.abs(y - lastY) < 0.5) continue;
      else ctx.lineTo(x, y);
      lastX = x;
      lastY = y;
    }
  }
}

/** @param {Pen} ctx @param {View} view @param {Shapes} layer @param {(u: number) => boolean} isIn */
function traceAll(ctx, view, layer, isIn) {
  ctx.beginPath();
  for (let u = 0; u < layer.n; u++) {
    if (isSeen(view, layer.box, 4 * u) && isIn(u)) trace(ctx, view, layer, u);
  }
}

/** @param {Pen} ctx @param {View} view @param {Shapes} layer @param {string} colour */
function fillAll(ctx, view, layer, colour) {
  traceAll(ctx, view, layer, () => true);
  ctx.fillStyle = colour;
  ctx.fill("evenodd");
}

/** @param {Pen} ctx @param {View} view @param {Shapes} base @param {Theme} theme */
function strokeBase(ctx, view, base, theme) {
  traceAll(ctx, view, base, () => true);
  ctx.strokeStyle = theme.base;
  ctx.lineWidth = 0.8;
  ctx.stroke();
}

/** @type {PaintUnits} */
function paintUnits(ctx, view, scene, { layer, codes }) {
  const { theme, legend, hidden } = scene;
  if (!codes) fillAll(ctx, view, layer, theme.land);
  else {
    for (const code of new Set(codes)) {
      traceAll(ctx, view, layer, (u) => codes[u] === code);
      ctx.globalAlpha = (hidden.has(code) ? DIM : theme.fill) * (scene.hasTiles ? 0.7 : 1);
      ctx.fillStyle = legend[code]?.colour ?? hatch(ctx, theme) ?? theme.none;
      ctx.fill("evenodd");
    }
    ctx.globalAlpha = 1;
  }
  traceAll(ctx, view, layer, () => true);
  ctx.strokeStyle = codes ? theme.unit : theme.plainUnit;
  ctx.globalAlpha = codes ? 0.55 : 1;
  ctx.lineWidth = 0.6;
  ctx.stroke();
  ctx.globalAlpha = 1;
}

/** @param {Pen} ctx @param {Theme} theme */
function hatch(ctx, theme) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = marks.penOf(tile);
  pen.fillStyle = theme.land;
  pen.fillRect(0, 0, 8, 8);
  pen.strokeStyle = theme.hatch;
  pen.lineWidth = 1.5;
  for (const shift of [-8, 0, 8]) {
    pen.moveTo(shift - 1, 9);
    pen.lineTo(shift + 9, -1);
  }
  pen.stroke();
  return ctx.createPattern(tile, "repeat");
}

// Lines between units, where `isLine` says so of the two (−1: nothing beyond).
/** @param {Pen} ctx @param {View} view @param {Shapes} layer @param {(u: number, v: number) => boolean} isLine */
function traceBetween(ctx, view, layer, isLine) {
  const { from, to, one, other } = borders(layer);
  const { xy } = layer;
  ctx.beginPath();
  let lastX = NaN, lastY = NaN; // edges that go on from the last one are one line
  for (let e = 0; e < from.length; e++) {
    if (!isLine(one[e], other[e])) continue;
    const a = 2 * from[e], b = 2 * to[e];
    const x = xy[a] * view.scale - view.ox, y = xy[a + 1] * view.scale - view.oy;
    if (x < -40 || y < -40 || x > view.width + 40 || y > view.height + 40) continue;
    if (x !== lastX || y !== lastY) ctx.moveTo(x, y);
    lastX = xy[b] * view.scale - view.ox;
    lastY = xy[b + 1] * view.scale - view.oy;
    ctx.lineTo(lastX, lastY);
  }
}

/** @type {PaintUnits} */
function paintBorders(ctx, view, scene, { layer, codes, parts }) {
  if (!codes || !parts) return;
  traceBetween(ctx, view, layer, (u, v) => v < 0 || parts[u] !== parts[v]);
  ctx.strokeStyle = scene.theme.border;
  ctx.lineWidth = 1.5;
  ctx.globalAlpha = 0.8;
  ctx.stroke();
  ctx.globalAlpha = 1;
}

// What waits to be accepted: a casing, and on it a dashed line around it all.
/** @type {PaintUnits} */
function paintPending(ctx, view, scene, { layer }) {
  const isPending = scene.marks.pendingUnits;
  if (!isPending) return;
  traceBetween(ctx, view, layer, (u, v) => isPending(u) !== (v >= 0 && isPending(v)));
  ctx.strokeStyle = scene.theme.casing;
  ctx.lineWidth = 4.5;
  ctx.stroke();
  ctx.strokeStyle = scene.theme.accent;
  ctx.lineWidth = 2.5;
  ctx.lineCap = "butt";
  ctx.setLineDash([6, 3]);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.lineCap = "round";
}

// What is chosen: tinted, with one line around all that hangs together.
/** @type {PaintUnits} */
function paintSelected(ctx, view, scene, { layer }) {
  const some = scene.selectedUnits;
  if (!some.size) return;
  traceAll(ctx, view, layer, (u) => some.has(u));
  ctx.fillStyle = scene.theme.accent;
  ctx.globalAlpha = 0.28;
  ctx.fill("evenodd");
  ctx.globalAlpha = 1;
  traceBetween(ctx, view, layer, (u, v) => some.has(u) !== (v >= 0 && some.has(v)));
  ctx.strokeStyle = scene.theme.casing;
  ctx.lineWidth = 5;
  ctx.stroke();
  ctx.strokeStyle = scene.theme.accent;
  ctx.lineWidth = 3;
  ctx.stroke();
}

/** @type {PaintUnits} */
function paintBarriers(ctx, view, scene, { layer }) {
  const { pairs, n } = scene.marks;
  if (!pairs.size) return;
  traceBetween(ctx, view, layer, (u, v) => v >= 0 && pairs.has(Math.min(u, v) * n + Math.max(u, v)));
  ctx.strokeStyle = scene.theme.casing;
  ctx.lineWidth = 7;
  ctx.stroke();
  ctx.strokeStyle = scene.theme.barrier;
  ctx.lineWidth = 4.5;
  ctx.lineCap = "butt";
  ctx.setLineDash([9, 5]);
  ctx.stroke();
  ctx.setLineDash([]);
  ctx.lineCap = "round";
}

/** @param {Pen} ctx @param {View} view @param {Scene} scene @param {DrawnOutline} outline */
function paintOutline(ctx, view, scene, outline) {
  ctx.beginPath();
  for (const ring of outline.rings) {
    ring.forEach(([wx, wy], i) => {
      const x = wx * view.scale - view.ox, y = wy * view.scale - view.oy;
      if (i) ctx.lineTo(x, y);
      else ctx.moveTo(x, y);
    });
  }
  ctx.strokeStyle = outline.colour || scene.theme.border;
  ctx.lineWidth = 2;
  ctx.stroke();
}
