// The immutable half of a list: blocks of bytes from Python (planner/ui/components/grid/lists.py)
// by version, and the packed texts of what changes.

/** @import { ListColumn, ListData, Rows, Writers } from "./types.js" */

const ARRAYS = { "<f4": Float32Array, "<u4": Uint32Array };

/** @type {Map<string, { rows: Rows, users: number }>} */
const blocks = new Map();
/** @type {WeakMap<Node, string>} store's place → version */
const blockOf = new WeakMap();

/** @param {string} version */
export function rowsOf(version) {
  return blocks.get(version)?.rows;
}

// Keep a store's block; true if it is another than before.
/** @param {Node} place @param {Uint8Array} bytes */
export function keep(place, bytes) {
  const version = peekVersion(bytes);
  if (blockOf.get(place) === version) return false;
  release(place);
  const block = blocks.get(version);
  if (block) block.users += 1;
  else blocks.set(version, { rows: decode(bytes), users: 1 });
  blockOf.set(place, version);
  return true;
}

/** @param {Node} place */
export function release(place) {
  const version = blockOf.get(place);
  if (version === undefined) return;
  const block = blocks.get(version);
  if (block && --block.users === 0) blocks.delete(version);
  blockOf.delete(place);
}

// The version stands near the end of the header; reading it costs less than all.
/** @param {Uint8Array} bytes */
export function peekVersion(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const tail = new TextDecoder().decode(bytes.subarray(Math.max(4, length - 1200), 4 + length));
  return [...tail.matchAll(/"version":"([0-9a-f]{16})"/g)].at(-1)?.[1] ?? String(length);
}

/** @param {Uint8Array} bytes @returns {Rows} */
export function decode(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  /** @type {Record<string, Float32Array | Uint32Array>} */
  const values = {};
  let place = aligned(4 + length);
  for (const [name, type, count] of /** @type {[string, keyof typeof ARRAYS, number][]} */ (header.arrays)) {
    values[name] = new ARRAYS[type](bytes.slice(place, place + count * 4).buffer);
    place = aligned(place + count * 4);
  }
  const columns = header.columns.map((/** @type {ListColumn} */ column) => ({ ...column, values: values[column.id] }));
  return { ...header, columns, n: header.ids.length };
}

/** @param {number} place */
function aligned(place) {
  return place + ((4 - (place % 4)) % 4);
}

// What each row is searched by; made at the first search.
/** @param {Rows} rows @returns {string[]} */
export function haystackOf(rows) {
  rows.haystack ??= rows.names.map((name, i) => {
    const texts = rows.columns.map((column) => column.texts?.[column.values[i]] ?? "");
    return [name, rows.ids[i], rows.beside[i] ?? "", ...texts].join("\n").toLowerCase();
  });
  return rows.haystack;
}

/** @param {string} text packed by zlib, base64 @returns {Promise<ArrayBuffer>} */
export async function unpack(text) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

// One bit a row ↔ one byte a row.
/** @param {Uint8Array} bits @param {number} n */
export function spread(bits, n) {
  return Uint8Array.from({ length: n }, (_, i) => (bits[i >> 3] >> (i & 7)) & 1);
}

/** @param {Uint8Array} flags */
export function gather(flags) {
  const bits = new Uint8Array(Math.ceil(flags.length / 8));
  flags.forEach((flag, i) => { if (flag) bits[i >> 3] |= 1 << (i & 7); });
  let text = "";
  for (const byte of bits) text += String.fromCharCode(byte);
  return btoa(text);
}

// How a figure is written: the signs of planner/core/formats.py, by the browser.
/** @param {Pick<ListData, "locale" | "currency" | "minorDigits">} formats @returns {Writers} */
export function writers({ locale, currency, minorDigits }) {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const short = [0, 1].map((digits) => new Intl.NumberFormat(locale, {
    style: "currency", currency, notation: "compact",
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  }));
  /** @param {(value: number) => string} write @returns {(value: number) => string} */
  const orNone = (write) => (value) => (Number.isNaN(value) ? "–" : write(value).replace("-", "−"));
  return {
    count: orNone((value) => number.format(value)),
    hours: orNone((value) => number.format(value / 60)),
    money: orNone((value) => {
      const amount = value / 10 ** minorDigits;
      return short[Number(Math.abs(amount) >= 1000)].format(amount);
    }),
  };
}
