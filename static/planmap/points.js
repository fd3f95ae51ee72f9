// Accounts: each in the colour of its class, a crowd of them as specks.

/** @import { DrawnPoints, Load, Pen, Places, Scene, View } from "./types.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [{ NONE }, { DIM, lock, penOf, ring }] = await Promise.all([load("layers"), load("marks")]);
const CROWD = 20000; // accounts in view from which each is only a speck
const LOCK_ZOOM = 7.5; // from here on accounts bear theirs

/** @param {number} zoom @param {number} n */
export function pointRadius(zoom, n) {
  const base = n > 20000 ? 1.4 : n > 5000 ? 1.9 : n > 800 ? 2.5 : 3.6;
  return Math.min(8, base * 1.22 ** Math.max(0, zoom - 6));
}

/** @param {Pen} ctx @param {View} view @param {Scene} scene @param {DrawnPoints} points */
export function paintPoints(ctx, view, scene, points) {
  const { layer } = points;
  const radius = pointRadius(view.zoom, layer.n);
  const groups = pointsInView(view, points);
  const n = [...groups.values()].reduce((sum, members) => sum + members.length, 0);
  const isCrowd = n > CROWD;
  if (isCrowd) paintCrowd(ctx, view, scene, layer, groups, radius);
  else for (const [code, members] of groups) paintGroup(ctx, view, scene, points, code, members);
  ctx.globalAlpha = 1;
  const { lockedPoints, pendingPoints } = scene.marks;
  for (const members of pendingPoints || (lockedPoints && !isCrowd) ? groups.values() : []) {
    for (const i of members) {
      if (pendingPoints?.(i)) ring(ctx, view, scene, layer, i, radius + 2.5);
      if (lockedPoints?.(i) && view.zoom >= LOCK_ZOOM) {
        const x = layer.xy[2 * i] * view.scale - view.ox, y = layer.xy[2 * i + 1] * view.scale - view.oy;
        lock(ctx, scene.theme, x + radius + 3, y - radius - 3, 7);
      }
    }
  }
  for (const i of scene.selectedPoints) ring(ctx, view, scene, layer, i, radius + 3);
}

// The points that are seen, by class.
/** @param {View} view @param {DrawnPoints} points */
export function pointsInView(view, { layer, codes }) {
  /** @type {Map<number, number[]>} */
  const groups = new Map();
  for (let i = 0; i < layer.n; i++) {
    const x = layer.xy[2 * i], y = layer.xy[2 * i + 1];
    if (x < view.west || x > view.east || y < view.north || y > view.south) continue;
    const code = codes ? codes[i] : NONE;
    const members = groups.get(code);
    if (members) members.push(i);
    else groups.set(code, [i]);
  }
  return groups;
}

// On the fill of their own class points are a shade of it; else they keep its colour.
/** @param {Scene} scene @param {number} code */
function fillOf({ units, legend, theme }, code) {
  const entry = legend[code];
  const isShaded = Boolean(units?.codes) && !theme.isDark && !units?.isMixed;
  return { isShaded, fill: entry ? (isShaded ? entry.dark : entry.colour) : theme.quiet, edge: entry?.dark ?? theme.quiet };
}

/**
 * @param {Pen} ctx @param {View} view @param {Scene} scene
 * @param {DrawnPoints} points @param {number} code @param {number[]} members
 */
function paintGroup(ctx, view, scene, { layer, size }, code, members) {
  const { theme } = scene;
  const radius = pointRadius(view.zoom, layer.n);
  const isOnFill = Boolean(scene.units?.codes);
  const { isShaded, fill, edge } = fillOf(scene, code);
  ctx.globalAlpha = scene.hidden.has(code) ? DIM : 1;
  ctx.fillStyle = fill;
  ctx.beginPath();
  for (const i of members) {
    const r = size ? radius * (0.5 + 2 * Math.sqrt(size[i] / 255)) : radius;
    const x = layer.xy[2 * i] * view.scale - view.ox, y = layer.xy[2 * i + 1] * view.scale - view.oy;
    ctx.moveTo(x + r, y);
    ctx.arc(x, y, r, 0, 2 * Math.PI);
  }
  if (isOnFill) {
    ctx.strokeStyle = theme.casing;
    ctx.lineWidth = isShaded || theme.isDark ? 1.4 : 3;
    ctx.stroke();
  }
  if (!isShaded && !(isOnFill && theme.isDark)) {
    ctx.strokeStyle = edge;
    ctx.lineWidth = 1;
    ctx.stroke();
  }
  ctx.fill();
}

// No clusters: a crowd of specks shows where accounts are dense, and each keeps its
// colour and can be pointed at. Set pixel by pixel: a hundred thousand calls to the
// canvas take a third of a second, this takes a few milliseconds.
/**
 * @param {Pen} ctx @param {View} view @param {Scene} scene
 * @param {Places} layer @param {Map<number, number[]>} groups @param {number} radius
 */
function paintCrowd(ctx, view, scene, layer, groups, radius) {
  const canvas = document.createElement("canvas");
  const wide = Math.max(1, Math.round(view.width * view.ratio));
  const high = Math.max(1, Math.round(view.height * view.ratio));
  canvas.width = wide;
  canvas.height = high;
  const pen = penOf(canvas);
  const image = pen.createImageData(wide, high);
  const pixels = new Uint32Array(image.data.buffer);
  const side = Math.max(1, Math.round(radius * view.ratio * 1.2));
  const kx = wide / view.width, ky = high / view.height;
  for (const [code, members] of groups) {
    const value = pixelOf(fillOf(scene, code).fill, scene.hidden.has(code) ? DIM : 1);
    for (const i of members) {
      const left = Math.round((layer.xy[2 * i] * view.scale - view.ox) * kx - side / 2);
      const top = Math.round((layer.xy[2 * i + 1] * view.scale - view.oy) * ky - side / 2);
      for (let y = Math.max(0, top); y < Math.min(high, top + side); y++) {
        for (let x = Math.max(0, left); x < Math.min(wide, left + side); x++) pixels[y * wide + x] = value;
      }
    }
  }
  pen.putImageData(image, 0, 0);
  ctx.globalAlpha = 1;
  ctx.drawImage(canvas, 0, 0, view.width, view.height);
}

// A colour as one number of a picture's memory: alpha, blue, green, red.
/** @param {string} colour `#RRGGBB` @param {number} alpha 0 to 1 */
export function pixelOf(colour, alpha) {
  const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
  return ((Math.round(alpha * 255) << 24) | (b << 16) | (g << 8) | r) >>> 0;
}
