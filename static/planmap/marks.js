// What stands at a place: routes, homes, locks, circles of the market, names.

/** @import { DrawnLine, Paint, PaintUnits, Pen, Placed, Places, Scene, Theme, View } from "./types.js" */

export const DIM = 0.12;
export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const LOCK_ROOM = 15; // pixels a unit must be wide to bear its lock
const TOWN_ROOM = 16000; // square pixels of map for the name of a town
const MOST_CIRCLE = 18; // pixels, radius of the largest circle at the first look

/** @param {HTMLCanvasElement} canvas */
export function penOf(canvas) {
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("this browser draws on no canvas: its memory for pictures is used up");
  return pen;
}

/**
 * @param {Pen} ctx @param {View} view @param {Scene} scene
 * @param {Places} layer @param {number} i @param {number} r
 */
export function ring(ctx, view, scene, layer, i, r) {
  ctx.beginPath();
  ctx.arc(layer.xy[2 * i] * view.scale - view.ox, layer.xy[2 * i + 1] * view.scale - view.oy, r, 0, 2 * Math.PI);
  ctx.strokeStyle = scene.theme.casing;
  ctx.lineWidth = 4;
  ctx.stroke();
  ctx.strokeStyle = scene.theme.accent;
  ctx.lineWidth = 2;
  ctx.stroke();
}

/** @param {Pen} ctx @param {View} view @param {Scene} scene @param {DrawnLine} line */
export function paintLine(ctx, view, scene, line) {
  ctx.beginPath();
  line.path.forEach(([wx, wy], i) => {
    const x = wx * view.scale - view.ox, y = wy * view.scale - view.oy;
    if (i) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
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

/** @param {Pen} ctx @param {View} view @param {Scene} scene @param {Placed} home */
export function paintHome(ctx, view, scene, home) {
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

// A closed padlock, `size` pixels high, its middle at the place.
/** @param {Pen} ctx @param {Theme} theme @param {number} x @param {number} y @param {number} size */
export function lock(ctx, theme, x, y, size) {
  const wide = size * 0.78, high = size * 0.52, top = y - high * 0.1, r = wide * 0.29;
  ctx.beginPath();
  ctx.moveTo(x - r, top);
  ctx.lineTo(x - r, top - size * 0.12);
  ctx.arc(x, top - size * 0.12, r, Math.PI, 0);
  ctx.lineTo(x + r, top);
  ctx.rect(x - wide / 2, top, wide, high);
  ctx.strokeStyle = theme.casing;
  ctx.lineWidth = size * 0.36;
  ctx.stroke();
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = size * 0.13;
  ctx.stroke();
  ctx.fillStyle = theme.ink;
  ctx.fillRect(x - wide / 2, top, wide, high);
}

/** @type {PaintUnits} */
export function paintLocks(ctx, view, scene, { layer }) {
  const isLocked = scene.marks.lockedUnits;
  if (!isLocked) return;
  for (let u = 0; u < layer.n; u++) {
    if (!isLocked(u)) continue;
    const wide = (layer.box[4 * u + 2] - layer.box[4 * u]) * view.scale;
    const x = layer.middle[2 * u] * view.scale - view.ox, y = layer.middle[2 * u + 1] * view.scale - view.oy;
    if (wide < LOCK_ROOM || x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20) continue;
    lock(ctx, scene.theme, x, y, Math.min(14, 6 + wide / 12));
  }
}

// Area tells the value; the largest are as wide as their neighbours' middles are apart.
/** @type {PaintUnits} */
export function paintMarket(ctx, view, scene, { layer }) {
  const { market } = scene.marks;
  if (!market) return;
  const most = Math.min(60, MOST_CIRCLE * 1.4 ** Math.max(-2, view.zoom - 5));
  ctx.beginPath();
  for (let u = 0; u < layer.n; u++) {
    if (!market[u]) continue;
    const r = most * Math.sqrt(market[u] / 255);
    const x = layer.middle[2 * u] * view.scale - view.ox, y = layer.middle[2 * u + 1] * view.scale - view.oy;
    if (x < -r || y < -r || x > view.width + r || y > view.height + r) continue;
    ctx.moveTo(x + r, y);
    ctx.arc(x, y, r, 0, 2 * Math.PI);
  }
  ctx.fillStyle = ctx.strokeStyle = scene.theme.ink;
  ctx.globalAlpha = 0.12;
  ctx.fill();
  ctx.globalAlpha = 0.7;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.globalAlpha = 1;
}

// --- names: strong ones first, no two over each other ---------------------------

/** @type {Paint} */
export function paintLabels(ctx, view, scene) {
  const { theme, base } = scene;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  const place = makePlacer(ctx, view, theme);
  for (const { text, at: [x, y], isDim } of scene.labels) {
    const colour = isDim ? theme.quiet : theme.ink;
    const isLocked = scene.marks.lockedParts.has(text);
    place({ text, x, y, size: 13, weight: 650, colour, shifts: [0, -14, 14, -28, 28], isLocked });
  }
  if (!base || view.zoom < 4) return;
  if (scene.towns) paintTowns(ctx, view, scene, scene.towns, place);
  const { names, middle, box } = base;
  names.forEach((name, u) => {
    const wide = (box[4 * u + 2] - box[4 * u]) * view.scale;
    if (wide <= name.length * 8) return;
    const [x, y] = [middle[2 * u], middle[2 * u + 1]];
    place({ text: name.toUpperCase(), x, y, size: 10, weight: 500, colour: theme.quiet, shifts: [0, 16, -16], isLocked: false });
  });
}

// The largest towns in sight, as many as leave the map readable: a dot and the name above it.
/** @param {Pen} ctx @param {View} view @param {Scene} scene @param {Places} towns @param {(name: Name) => boolean} place */
function paintTowns(ctx, view, { theme }, { xy, names }, place) {
  let room = Math.ceil((view.width * view.height) / TOWN_ROOM);
  for (let i = 0; i < names.length && room > 0; i++) {
    const x = xy[2 * i], y = xy[2 * i + 1];
    if (x < view.west || x > view.east || y < view.north || y > view.south) continue;
    if (!place({ text: names[i], x, y, size: 11, weight: 500, colour: theme.quiet, shifts: [-9, 10], isLocked: false })) continue;
    room -= 1;
    ctx.beginPath();
    ctx.arc(x * view.scale - view.ox, y * view.scale - view.oy, 1.6, 0, 2 * Math.PI);
    ctx.fill();
  }
}

/**
 * @typedef {object} Name
 * @property {string} text
 * @property {number} x
 * @property {number} y
 * @property {number} size pixels
 * @property {number} weight
 * @property {string} colour
 * @property {number[]} shifts pixels down, tried one after another
 * @property {boolean} isLocked
 */

// What writes a name where it covers no other, or not at all.
/** @param {Pen} ctx @param {View} view @param {Theme} theme */
function makePlacer(ctx, view, theme) {
  /** @type {[left: number, top: number, right: number, bottom: number][]} */
  const taken = [];
  return (/** @type {Name} */ { text, x, y, size, weight, colour, shifts, isLocked }) => {
    ctx.font = `${weight} ${size}px ${FONT}`;
    const room = isLocked ? size : 0; // for the lock behind the name
    const half = (ctx.measureText(text).width + room) / 2 + 2;
    const px = x * view.scale - view.ox, py = y * view.scale - view.oy;
    if (px < -half || py < -size || px > view.width + half || py > view.height + size) return false;
    const isFree = (/** @type {number} */ shift) => !taken.some(([left, top, right, bottom]) => px - half < right
      && left < px + half && py + shift - size * 0.65 < bottom && top < py + shift + size * 0.65);
    const shift = shifts.find(isFree);
    if (shift === undefined) return false;
    taken.push([px - half, py + shift - size * 0.65, px + half, py + shift + size * 0.65]);
    ctx.strokeStyle = theme.halo;
    ctx.lineWidth = weight > 600 ? 3.5 : 2.5;
    ctx.globalAlpha = weight > 600 ? 1 : 0.6;
    ctx.strokeText(text, px - room / 2, py + shift);
    ctx.globalAlpha = 1;
    ctx.fillStyle = colour;
    ctx.fillText(text, px - room / 2, py + shift);
    if (isLocked) lock(ctx, theme, px + half - 6, py + shift, 12);
    return true;
  };
}
