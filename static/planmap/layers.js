// The immutable half: blocks of bytes from Python (planner/ui/planmap/layers.py)
// turned into what can be drawn and hit. World coordinates are Mercator, 0 to 1.

export const NONE = 65535; // code of what belongs to no class
const NARROW_NONE = 255; // the same where a byte is enough
const RADIANS = Math.PI / 180;
const ARRAYS = { "<f4": Float32Array, "<u4": Uint32Array, "<u2": Uint16Array, "|u1": Uint8Array };

export function mercator(lat, lon) {
  const sin = Math.sin(Math.max(-85, Math.min(85, lat)) * RADIANS);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
}

export function decode(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = view.getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const arrays = {};
  let place = aligned(4 + length);
  for (const [name, type, count] of header.arrays) {
    const end = place + count * ARRAYS[type].BYTES_PER_ELEMENT;
    arrays[name] = new ARRAYS[type](bytes.slice(place, end).buffer);
    place = aligned(end);
  }
  if (header.kind === "codes") return { codes: widened(arrays.codes) };
  const xy = project(arrays.lonlat);
  const index = new Map(header.ids.map((id, i) => [id, i]));
  // Many have the same text: each is sent once, and an array says who has which.
  const facts = header.facts.map(([label, texts], i) => [
    label, Array.from(arrays[`fact${i}`], (nth) => texts[nth]),
  ]);
  const layer = { ...header, ...arrays, facts, xy, index, n: header.ids.length };
  if (header.kind === "shapes") addShapes(layer);
  else addGrid(layer);
  return layer;
}

// Codes travel in one byte each where that is enough, else in two.
export function widened(codes) {
  if (codes.BYTES_PER_ELEMENT > 1) return codes;
  return Uint16Array.from(codes, (code) => (code === NARROW_NONE ? NONE : code));
}

function aligned(place) {
  return place + ((4 - (place % 4)) % 4);
}

function project(lonlat) {
  const xy = new Float64Array(lonlat.length);
  for (let i = 0; i < lonlat.length; i += 2) {
    const [x, y] = mercator(lonlat[i + 1], lonlat[i]);
    xy[i] = x;
    xy[i + 1] = y;
  }
  return xy;
}

// --- shapes: boxes, middles, areas ------------------------------------------

function addShapes(layer) {
  const { xy, ringStart, unitStart, n } = layer;
  layer.box = new Float64Array(n * 4);
  layer.middle = new Float64Array(n * 2);
  layer.area = new Float64Array(n);
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
        layer.middle[2 * u] = cx / (3 * area);
        layer.middle[2 * u + 1] = cy / (3 * area);
      }
    }
    layer.box.set([west, north, east, south], 4 * u);
    layer.area[u] = total;
  }
  layer.extent = extentOf(xy);
}

// Which borders lie between which units: from this alone the outline of every
// territory follows, whatever the codes are. Computed when first needed.
export function borders(layer) {
  if (layer.borders) return layer.borders;
  const { lonlat, ringStart, unitStart, n } = layer;
  const count = lonlat.length / 2;
  const vertexOf = new Map();
  const id = new Uint32Array(count);
  for (let v = 0; v < count; v++) {
    const key = Math.round((lonlat[2 * v] + 180) * 1e5) * 2e7
      + Math.round((lonlat[2 * v + 1] + 90) * 1e5);
    let known = vertexOf.get(key);
    if (known === undefined) vertexOf.set(key, (known = vertexOf.size));
    id[v] = known;
  }
  const edges = new Map();
  const from = [], to = [], one = [], other = [];
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

export function unitAt(layer, x, y) {
  for (let u = 0; u < layer.n; u++) {
    const b = 4 * u;
    if (x < layer.box[b] || x > layer.box[b + 2]) continue;
    if (y < layer.box[b + 1] || y > layer.box[b + 3]) continue;
    if (inside(layer, u, x, y)) return u;
  }
  return -1;
}

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
export function labelPlaces(layer, codes, nCodes) {
  const sum = new Float64Array(nCodes * 3);
  for (let u = 0; u < layer.n; u++) {
    const c = codes[u];
    if (c >= nCodes) continue;
    sum[3 * c] += layer.area[u];
    sum[3 * c + 1] += layer.area[u] * layer.middle[2 * u];
    sum[3 * c + 2] += layer.area[u] * layer.middle[2 * u + 1];
  }
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

// --- points: a grid to find them by place -------------------------------------

function addGrid(layer) {
  const { xy, n } = layer;
  layer.extent = extentOf(xy);
  const [west, north, east, south] = layer.extent;
  const side = Math.max(1, Math.min(512, Math.ceil(Math.sqrt(n / 2))));
  const cell = Math.max((east - west) / side, (south - north) / side, 1e-9);
  const columns = Math.floor((east - west) / cell) + 1 || 1;
  const rows = Math.floor((south - north) / cell) + 1 || 1;
  const first = new Int32Array(columns * rows).fill(-1);
  const next = new Int32Array(n);
  for (let i = n - 1; i >= 0; i--) {
    const at = Math.floor((xy[2 * i + 1] - north) / cell) * columns
      + Math.floor((xy[2 * i] - west) / cell);
    next[i] = first[at];
    first[at] = i;
  }
  layer.grid = { cell, columns, rows, first, next };
}

function* pointsIn(layer, west, north, east, south) {
  if (!layer.n) return;
  const { cell, columns, rows, first, next } = layer.grid;
  const low = (value, start) => Math.max(0, Math.floor((value - start) / cell));
  const lastColumn = Math.min(columns - 1, Math.floor((east - layer.extent[0]) / cell));
  const lastRow = Math.min(rows - 1, Math.floor((south - layer.extent[1]) / cell));
  for (let row = low(north, layer.extent[1]); row <= lastRow; row++) {
    for (let column = low(west, layer.extent[0]); column <= lastColumn; column++) {
      for (let i = first[row * columns + column]; i >= 0; i = next[i]) yield i;
    }
  }
}

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

function extentOf(xy) {
  let [west, north, east, south] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < xy.length; i += 2) {
    west = Math.min(west, xy[i]);
    east = Math.max(east, xy[i]);
    north = Math.min(north, xy[i + 1]);
    south = Math.max(south, xy[i + 1]);
  }
  return [west, north, east, south];
}
