// The immutable half: blocks of bytes from Python (planner/ui/components/planmap/layers.py)
// turned into what can be drawn and hit. World coordinates are Mercator, 0 to 1.

/** @import { Extent, Layer, Load, Places, Shapes, World } from "./types.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [{ measured }, { gridOf }] = await Promise.all([load("shapes"), load("grid")]);

export const NONE = 65535; // code of what belongs to no class
const NARROW_NONE = 255; // the same where a byte is enough
const RADIANS = Math.PI / 180;
const ARRAYS = { "<f4": Float32Array, "<u4": Uint32Array, "<u2": Uint16Array, "|u1": Uint8Array };

/** @param {number} lat @param {number} lon @returns {World} */
export function mercator(lat, lon) {
  const sin = Math.sin(Math.max(-85, Math.min(85, lat)) * RADIANS);
  return [lon / 360 + 0.5, 0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)];
}

/** @param {Uint8Array} bytes @returns {Layer} */
export function decode(bytes) {
  const { header, arrays } = unpack(bytes);
  if (header.kind === "codes") return { kind: "codes", codes: widened(arrays.codes) };
  const xy = project(arrays.lonlat);
  // Many have the same text: each is sent once, and an array says who has which.
  const facts = header.facts.map((/** @type {[string, string[]]} */ [label, texts], /** @type {number} */ i) => [
    label, Array.from(arrays[`fact${i}`], (nth) => texts[nth]),
  ]);
  const layer = { ...header, ...arrays, facts, xy, n: header.ids.length, extent: extentOf(xy) };
  if (header.kind === "shapes") return { ...layer, ...measured(layer) };
  return { ...layer, grid: gridOf(layer) };
}

// A block is the length of its header, the header as JSON, then arrays one after another.
/** @param {Uint8Array} bytes */
function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  /** @type {Record<string, any>} */
  const arrays = {};
  let place = aligned(4 + length);
  for (const [name, type, count] of /** @type {[string, keyof typeof ARRAYS, number][]} */ (header.arrays)) {
    const end = place + count * ARRAYS[type].BYTES_PER_ELEMENT;
    arrays[name] = new ARRAYS[type](bytes.slice(place, end).buffer);
    place = aligned(end);
  }
  return { header, arrays };
}

// Codes travel in one byte each where that is enough, else in two.
/** @param {Uint8Array | Uint16Array} codes @returns {Uint16Array} */
export function widened(codes) {
  if (codes instanceof Uint16Array) return codes;
  return Uint16Array.from(codes, (code) => (code === NARROW_NONE ? NONE : code));
}

/** @param {number} place */
function aligned(place) {
  return place + ((4 - (place % 4)) % 4);
}

/** @param {Float32Array} lonlat */
function project(lonlat) {
  const xy = new Float64Array(lonlat.length);
  for (let i = 0; i < lonlat.length; i += 2) {
    const [x, y] = mercator(lonlat[i + 1], lonlat[i]);
    xy[i] = x;
    xy[i + 1] = y;
  }
  return xy;
}

/** @param {Float64Array} xy @returns {Extent} */
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
