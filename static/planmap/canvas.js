// Draws a whole scene on one canvas at each pause of the view; while the user drags
// or zooms, the browser only moves the picture.

const NONE = 255;
const DIM = 0.12;
const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

export const LIGHT = {
  water: "#EAEFF1", land: "#FBFBF9", unit: "#FFFFFF", plainUnit: "#DDDDD6", base: "#9AA5B1",
  border: "#1F2933", ink: "#1F2933", quiet: "#6B7680", halo: "#FBFBF9", none: "#DDDDDD",
  hatch: "#BFC3C7", casing: "#FFFFFF", accent: "#0B6E99",
  fill: 0.82, isDark: false,
};
export const DARK = {
  water: "#10151A", land: "#1B2229", unit: "#14191E", plainUnit: "#2B343C", base: "#5B6670",
  border: "#F1F3F4", ink: "#F1F3F4", quiet: "#8A96A1", halo: "#14191E", none: "#3A444D",
  hatch: "#55606A", casing: "#14191E", accent: "#4FB3D9",
  fill: 0.5, isDark: true,
};

export function makeCanvas(L) {
  return L.Renderer.extend({
    options: { padding: 0.35 },
    initialize(paint) {
      L.setOptions(this, { padding: 0.35 });
      L.stamp(this);
      this._layers = {};
      this._paint = paint;
    },
    _initContainer() {
      this._container = document.createElement("canvas");
      this._container.setAttribute("aria-hidden", "true");
      this._ctx = this._container.getContext("2d");
    },
    _destroyContainer() {
      this._container.remove();
      delete this._container;
      delete this._ctx;
    },
    _update() {
      if (this._map._animatingZoom && this._bounds) return;
      L.Renderer.prototype._update.call(this);
      const bounds = this._bounds, size = bounds.getSize(), canvas = this._container;
      const ratio = Math.min(2, window.devicePixelRatio || 1);
      L.DomUtil.setPosition(canvas, bounds.min);
      canvas.width = Math.max(1, Math.round(size.x * ratio));
      canvas.height = Math.max(1, Math.round(size.y * ratio));
      canvas.style.width = `${size.x}px`;
      canvas.style.height = `${size.y}px`;
      this.repaint();
    },
    repaint() {
      if (!this._bounds || !this._ctx) return;
      const ratio = this._container.width / this._bounds.getSize().x;
      const zoom = this._map.getZoom();
      const scale = 256 * 2 ** zoom;
      const origin = this._map.getPixelOrigin().add(this._bounds.min);
      this._ctx.setTransform(1, 0, 0, 1, 0, 0);
      this._ctx.clearRect(0, 0, this._container.width, this._container.height);
      this._ctx.setTransform(ratio, 0, 0, ratio, 0, 0);
      const size = this._bounds.getSize();
      this._paint(this._ctx, {
        scale, zoom, ox: origin.x, oy: origin.y, width: size.x, height: size.y, ratio,
        west: origin.x / scale, north: origin.y / scale,
        east: (origin.x + size.x) / scale, south: (origin.y + size.y) / scale,
      });
    },
  });
}

export function paintScene(ctx, view, scene) {
  ctx.lineJoin = "round";
  ctx.lineCap = "round";
  if (scene.base && !scene.hasTiles) fillBase(ctx, view, scene);
  if (scene.units) paintUnits(ctx, view, scene);
  if (scene.base) strokeBase(ctx, view, scene);
  if (scene.units?.codes && scene.hasBorders) paintBorders(ctx, view, scene);
  for (const outline of scene.outlines) paintOutline(ctx, view, scene, outline);
  if (scene.points) paintPoints(ctx, view, scene);
  for (const line of scene.lines) paintLine(ctx, view, scene, line);
  for (const home of scene.homes) paintHome(ctx, view, scene, home);
  paintLabels(ctx, view, scene);
}

// --- polygons ---------------------------------------------------------------

function isSeen(view, box, at) {
  return box[at] <= view.east && box[at + 2] >= view.west
    && box[at + 1] <= view.south && box[at + 3] >= view.north;
}

// Vertices nearer than half a pixel to the last one are left out.
function trace(ctx, view, layer, u) {
  const { xy, ringStart, unitStart } = layer;
  for (let r = unitStart[u]; r < unitStart[u + 1]; r++) {
    let lastX = Infinity, lastY = Infinity;
    for (let v = ringStart[r]; v < ringStart[r + 1]; v++) {
      const x = xy[2 * v] * view.scale - view.ox, y = xy[2 * v + 1] * view.scale - view.oy;
      if (v === ringStart[r]) ctx.moveTo(x, y);
      else if (Math.abs(x - lastX) < 0.5 && Math.abs(y - lastY) < 0.5) continue;
      else ctx.lineTo(x, y);
      lastX = x;
      lastY = y;
    }
    ctx.closePath();
  }
}

function traceAll(ctx, view, layer, isIn) {
  ctx.beginPath();
  for (let u = 0; u < layer.n; u++) {
    if (isSeen(view, layer.box, 4 * u) && isIn(u)) trace(ctx, view, layer, u);
  }
}

function fillBase(ctx, view, scene) {
  traceAll(ctx, view, scene.base, () => true);
  ctx.fillStyle = scene.theme.land;
  ctx.fill("evenodd");
}

function strokeBase(ctx, view, scene) {
  traceAll(ctx, view, scene.base, () => true);
  ctx.strokeStyle = scene.theme.base;
  ctx.lineWidth = 0.8;
  ctx.stroke();
}

function paintUnits(ctx, view, scene) {
  const { layer, codes } = scene.units;
  const { theme, legend, hidden } = scene;
  if (!codes) {
    traceAll(ctx, view, layer, () => true);
    ctx.fillStyle = theme.land;
    ctx.fill("evenodd");
  } else {
    const used = [...new Set(codes)];
    for (const code of used) {
      traceAll(ctx, view, layer, (u) => codes[u] === code);
      ctx.globalAlpha = (hidden.has(code) ? DIM : theme.fill) * (scene.hasTiles ? 0.7 : 1);
      ctx.fillStyle = legend[code]?.colour ?? hatch(ctx, theme);
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
  if (!scene.selectedUnits.size) return;
  traceAll(ctx, view, layer, (u) => scene.selectedUnits.has(u));
  ctx.strokeStyle = theme.accent;
  ctx.lineWidth = 3;
  ctx.stroke();
}

function hatch(ctx, theme) {
  const tile = document.createElement("canvas");
  tile.width = tile.height = 8;
  const pen = tile.getContext("2d");
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

function paintBorders(ctx, view, scene) {
  const { layer, parts: codes } = scene.units;
  const { from, to, one, other } = scene.bordersOf(layer);
  const { xy } = layer;
  ctx.beginPath();
  for (let e = 0; e < from.length; e++) {
    if (other[e] >= 0 && codes[one[e]] === codes[other[e]]) continue;
    const a = 2 * from[e], b = 2 * to[e];
    const x = xy[a] * view.scale - view.ox, y = xy[a + 1] * view.scale - view.oy;
    if (x < -40 || y < -40 || x > view.width + 40 || y > view.height + 40) continue;
    ctx.moveTo(x, y);
    ctx.lineTo(xy[b] * view.scale - view.ox, xy[b + 1] * view.scale - view.oy);
  }
  ctx.strokeStyle = scene.theme.border;
  ctx.lineWidth = 1.5;
  ctx.globalAlpha = 0.8;
  ctx.stroke();
  ctx.globalAlpha = 1;
}

function paintOutline(ctx, view, scene, outline) {
  ctx.beginPath();
  for (const ring of outline.rings) {
    ring.forEach(([x, y], i) => {
      const at = [x * view.scale - view.ox, y * view.scale - view.oy];
      if (i) ctx.lineTo(...at);
      else ctx.moveTo(...at);
    });
  }
  ctx.strokeStyle = outline.colour || scene.theme.border;
  ctx.lineWidth = 2;
  ctx.stroke();
}

// --- points, routes, homes ----------------------------------------------------

export function pointRadius(zoom, n) {
  const base = n > 20000 ? 1.4 : n > 5000 ? 1.9 : n > 800 ? 2.5 : 3.6;
  return Math.min(8, base * 1.22 ** Math.max(0, zoom - 6));
}

function paintPoints(ctx, view, scene) {
  const { layer, codes, size } = scene.points;
  const { legend, hidden, theme } = scene;
  const radius = pointRadius(view.zoom, layer.n);
  const isOnFill = Boolean(scene.units?.codes);
  const groups = new Map();
  for (let i = 0; i < layer.n; i++) {
    const x = layer.xy[2 * i], y = layer.xy[2 * i + 1];
    if (x < view.west || x > view.east || y < view.north || y > view.south) continue;
    const code = codes ? codes[i] : NONE;
    if (!groups.has(code)) groups.set(code, []);
    groups.get(code).push(i);
  }
  for (const [code, members] of groups) {
    const entry = legend[code];
    ctx.beginPath();
    for (const i of members) {
      const r = size ? radius * (0.5 + 2 * Math.sqrt(size[i] / 255)) : radius;
      const x = layer.xy[2 * i] * view.scale - view.ox, y = layer.xy[2 * i + 1] * view.scale - view.oy;
      ctx.moveTo(x + r, y);
      ctx.arc(x, y, r, 0, 2 * Math.PI);
    }
    ctx.globalAlpha = hidden.has(code) ? DIM : 1;
    ctx.strokeStyle = isOnFill ? theme.casing : entry?.dark ?? theme.quiet;
    ctx.lineWidth = isOnFill ? 1.4 : 1;
    ctx.stroke();
    ctx.fillStyle = entry ? (isOnFill && !theme.isDark ? entry.dark : entry.colour) : theme.quiet;
    ctx.fill();
  }
  ctx.globalAlpha = 1;
  for (const i of scene.selectedPoints) ring(ctx, view, scene, layer, i, radius + 3);
}

function ring(ctx, view, scene, layer, i, r) {
  ctx.beginPath();
  ctx.arc(layer.xy[2 * i] * view.scale - view.ox, layer.xy[2 * i + 1] * view.scale - view.oy, r, 0, 2 * Math.PI);
  ctx.strokeStyle = scene.theme.casing;
  ctx.lineWidth = 4;
  ctx.stroke();
  ctx.strokeStyle = scene.theme.accent;
  ctx.lineWidth = 2;
  ctx.stroke();
}

function paintLine(ctx, view, scene, line) {
  ctx.beginPath();
  line.path.forEach(([x, y], i) => {
    const at = [x * view.scale - view.ox, y * view.scale - view.oy];
    if (i) ctx.lineTo(...at);
    else ctx.moveTo(...at);
  });
  ctx.strokeStyle = scene.theme.casing;
  ctx.lineWidth = 5;
  ctx.stroke();
  ctx.strokeStyle = line.colour;
  ctx.lineWidth = 2.5;
  ctx.stroke();
  ctx.font = `600 11px ${FONT}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  line.stops.forEach((stop, i) => {
    const x = stop.xy[0] * view.scale - view.ox, y = stop.xy[1] * view.scale - view.oy;
    ctx.beginPath();
    ctx.arc(x, y, 9.5, 0, 2 * Math.PI);
    ctx.fillStyle = line.colour;
    ctx.strokeStyle = scene.theme.casing;
    ctx.lineWidth = 3;
    ctx.stroke();
    ctx.fill();
    ctx.fillStyle = line.ink;
    ctx.fillText(String(i + 1), x, y + 0.5);
  });
}

function paintHome(ctx, view, scene, home) {
  const x = home.xy[0] * view.scale - view.ox, y = home.xy[1] * view.scale - view.oy;
  ctx.beginPath();
  for (const [dx, dy] of [[-5, 6], [-5, -1], [-7, -1], [0, -8], [7, -1], [5, -1], [5, 6]]) {
    ctx.lineTo(x + dx, y + dy);
  }
  ctx.closePath();
  ctx.strokeStyle = scene.theme.casing;
  ctx.lineWidth = 3.5;
  ctx.stroke();
  ctx.fillStyle = scene.theme.ink;
  ctx.fill();
}

// --- names: strong ones first, no two over each other ---------------------------

function paintLabels(ctx, view, scene) {
  const taken = [];
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  const place = (text, x, y, size, weight, colour, shifts) => {
    ctx.font = `${weight} ${size}px ${FONT}`;
    const half = ctx.measureText(text).width / 2 + 2;
    const px = x * view.scale - view.ox, py = y * view.scale - view.oy;
    if (px < -half || py < -size || px > view.width + half || py > view.height + size) return;
    for (const shift of shifts) {
      const box = [px - half, py + shift - size * 0.65, px + half, py + shift + size * 0.65];
      if (taken.some((b) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3])) continue;
      taken.push(box);
      ctx.strokeStyle = scene.theme.halo;
      ctx.lineWidth = weight > 600 ? 3.5 : 2.5;
      ctx.globalAlpha = weight > 600 ? 1 : 0.6;
      ctx.strokeText(text, px, py + shift);
      ctx.globalAlpha = 1;
      ctx.fillStyle = colour;
      ctx.fillText(text, px, py + shift);
      return;
    }
  };
  for (const { text, at, isDim } of scene.labels) {
    place(text, at[0], at[1], 13, 650, isDim ? scene.theme.quiet : scene.theme.ink, [0, -14, 14, -28, 28]);
  }
  if (!scene.base || view.zoom < 4) return;
  const { names, middle, box } = scene.base;
  names.forEach((name, u) => {
    const wide = (box[4 * u + 2] - box[4 * u]) * view.scale;
    if (wide > name.length * 8) {
      place(name.toUpperCase(), middle[2 * u], middle[2 * u + 1], 10, 500, scene.theme.quiet, [0, 16, -16]);
    }
  });
}
