// Points: a grid to find them by place.

/** @import { Places } from "./types.js" */

/** @param {Pick<Places, "xy" | "n" | "extent">} layer @returns {Places["grid"]} */
export function gridOf({ xy, n, extent }) {
  if (!n) return { cell: 1, columns: 0, rows: 0, first: new Int32Array(), next: new Int32Array() };
  const [west, north, east, south] = extent;
  const side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(n / 2))));
  const cell = Math.max((east - west) / side, (south - north) / side, 1e-9);
  const columns = Math.floor((east - west) / cell) + 1;
  const rows = Math.floor((south - north) / cell) + 1;
  const first = new Int32Array(columns * rows).fill(-1);
  const next = new Int32Array(n);
  for (let i = n - 1; i >= 0; i--) {
    const at = Math.floor((xy[2 * i + 1] - north) / cell) * columns
      + Math.floor((xy[2 * i] - west) / cell);
    next[i] = first[at];
    first[at] = i;
  }
  return { cell, columns, rows, first, next };
}

/** @param {Places} layer @param {number} west @param {number} north @param {number} east @param {number} south */
function* pointsIn(layer, west, north, east, south) {
  if (!layer.n) return;
  const { cell, columns, rows, first, next } = layer.grid;
  const low = (/** @type {number} */ value, /** @type {number} */ start) => Math.max(0, Math.floor((value - start) / cell));
  const lastColumn = Math.min(columns - 1, Math.floor((east - layer.extent[0]) / cell));
  const lastRow = Math.min(rows - 1, Math.floor((south - layer.extent[1]) / cell));
  for (let row = low(north, layer.extent[1]); row <= lastRow; row++) {
    for (let column = low(west, layer.extent[0]); column <= lastColumn; column++) {
      for (let i = first[row * columns + column]; i >= 0; i = next[i]) yield i;
    }
  }
}

/**
 * @param {Places} layer @param {number} x @param {number} y
 * @param {number} radius @param {(i: number) => boolean} isShown
 * @returns {number} −1: none
 */
export function pointNear(layer, x, y, radius, isShown) {
  let best = -1, nearest = radius * radius;
  for (const i of pointsIn(layer, x - radius, y - radius, x + radius, y + radius)) {
    const away = (layer.xy[2 * i] - x) ** 2 + (layer.xy[2 * i + 1] - y) ** 2;
    if (away <= nearest && isShown(i)) {
      nearest = away;
      best = i;
    }
  }
  return best;
}
