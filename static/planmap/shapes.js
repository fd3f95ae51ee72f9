// Polygons: their boxes, middles and areas, which lies under a place, where they touch.

/** @import { Borders, Rings, Shapes, World } from "./types.js" */

// Box (west, north, east, south), middle and area of each unit, one after another.
/** @param {Rings & { n: number }} layer @returns {Pick<Shapes, "box" | "middle" | "area">} */
export function measured({ xy, ringStart, unitStart, n }) {
  const box = new Float64Array(n * 4);
  const middle = new Float64Array(n * 2);
  const areas = new Float64Array(n);
  for (let u = 0; u < n; u++) {
    let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
    let best = -1, total = 0;
    for (let r = unitStart[u]; r < unitStart[u + 1]; r++) {
      let area = 0, cx = 0, cy = 0;
      const from = ringStart[r], to = ringStart[r + 1];
      for (let v = from; v < to; v++) {
        const x = xy[2 * v], y = xy[2 * v + 1];
        if (x < west) west = x;
        if (x > east) east = x;
        if (y < north) north = y;
        if (y > south) south = y;
        const w = v + 1 < to ? v + 1 : from;
        const cross = x * xy[2 * w + 1] - xy[2 * w] * y;
        area += cross;
        cx += (x + xy[2 * w]) * cross;
        cy += (y + xy[2 * w + 1]) * cross;
      }
      total += Math.abs(area) / 2;
      if (Math.abs(area) > best && area !== 0) {
        best = Math.abs(area);
        middle[2 * u] = cx / (3 * area);
        middle[2 * u + 1] = cy / (3 * area);
      }
    }
    box.set([west, north, east, south], 4 * u);
    areas[u] = total;
  }
  return { box, middle, area: areas };
}

// Which borders lie between which units: from this alone the outline of every
// territory follows, whatever the codes are. Computed when first needed.
/** @param {Pick<Shapes, "lonlat" | "ringStart" | "unitStart" | "n" | "borders">} layer @returns {Borders} */
export function borders(layer) {
  if (layer.borders) return layer.borders;
  const { lonlat, ringStart, unitStart, n } = layer;
  const count = lonlat.length / 2;
  const vertexOf = new Map();
  const id = new Uint32Array(count);
  for (let v = 0; v < count; v++) {
    const key = Math.round((lonlat[2 * v] + 180) * 1e5) * 2e7
      + Math.round((lonlat[2 * v + 1] + 90) * 1e5);
    const vertex = vertexOf.get(key) ?? vertexOf.size;
    vertexOf.set(key, vertex);
    id[v] = vertex;
  }
  const edges = new Map();
  /** @type {number[][]} */
  const [from, to, one, other] = [[], [], [], []];
  for (let u = 0; u < n; u++) {
    for (let r = unitStart[u]; r < unitStart[u + 1]; r++) {
      for (let v = ringStart[r]; v + 1 < ringStart[r + 1]; v++) {
        const a = id[v], b = id[v + 1];
        if (a === b) continue;
        const key = Math.min(a, b) * vertexOf.size + Math.max(a, b);
        const seen = edges.get(key);
        if (seen === undefined) {
          edges.set(key, from.length);
          from.push(v);
          to.push(v + 1);
          one.push(u);
          other.push(-1);
        } else other[seen] = u;
      }
    }
  }
  layer.borders = {
    from: Uint32Array.from(from), to: Uint32Array.from(to),
    one: Int32Array.from(one), other: Int32Array.from(other),
  };
  return layer.borders;
}

/** @param {Rings & Pick<Shapes, "box" | "n">} layer @param {number} x @param {number} y */
export function unitAt(layer, x, y) {
  for (let u = 0; u < layer.n; u++) {
    const b = 4 * u;
    if (x < layer.box[b] || x > layer.box[b + 2]) continue;
    if (y < layer.box[b + 1] || y > layer.box[b + 3]) continue;
    if (inside(layer, u, x, y)) return u;
  }
  return -1;
}

/** @param {Rings} rings @param {number} u @param {number} x @param {number} y */
function inside({ xy, ringStart, unitStart }, u, x, y) {
  let is = false;
  for (let r = unitStart[u]; r < unitStart[u + 1]; r++) {
    for (let v = ringStart[r], w = ringStart[r + 1] - 1; v < ringStart[r + 1]; w = v++) {
      const yv = xy[2 * v + 1], yw = xy[2 * w + 1];
      if (yv > y === yw > y) continue;
      if (x < ((xy[2 * w] - xy[2 * v]) * (y - yv)) / (yw - yv) + xy[2 * v]) is = !is;
    }
  }
  return is;
}

// Where the name of each class goes: the middle of its units, or its unit nearest to it.
/** @param {Shapes} layer @param {ArrayLike<number>} codes @param {number} nCodes */
export function labelPlaces(layer, codes, nCodes) {
  const sum = new Float64Array(nCodes * 3);
  for (let u = 0; u < layer.n; u++) {
    const c = codes[u];
    if (c >= nCodes) continue;
    sum[3 * c] += layer.area[u];
    sum[3 * c + 1] += layer.area[u] * layer.middle[2 * u];
    sum[3 * c + 2] += layer.area[u] * layer.middle[2 * u + 1];
  }
  /** @type {(World | null)[]} */
  const places = new Array(nCodes).fill(null);
  const nearest = new Float64Array(nCodes).fill(Infinity);
  for (let u = 0; u < layer.n; u++) {
    const c = codes[u];
    if (c >= nCodes || !sum[3 * c]) continue;
    const mx = sum[3 * c + 1] / sum[3 * c], my = sum[3 * c + 2] / sum[3 * c];
    const ux = layer.middle[2 * u], uy = layer.middle[2 * u + 1];
    const away = (ux - mx) ** 2 + (uy - my) ** 2;
    const isOver = layer.box[4 * u] <= mx && mx <= layer.box[4 * u + 2]
      && layer.box[4 * u + 1] <= my && my <= layer.box[4 * u + 3];
    if (isOver && inside(layer, u, mx, my)) {
      nearest[c] = -1;
      places[c] = [mx, my];
    } else if (away < nearest[c]) {
      nearest[c] = away;
      places[c] = [ux, uy];
    }
  }
  return places;
}
