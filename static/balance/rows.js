// The immutable half of a list: blocks of bytes from Python (planner/ui/balance/lists.py)
// by version, and the packed texts of what changes.

const ARRAYS = { "<f4": Float32Array, "<u4": Uint32Array };

const blocks = new Map(); // version → { rows, users }
const blockOf = new WeakMap(); // store's place → version

export function rowsOf(version) {
  return blocks.get(version)?.rows;
}

// Keep a store's block; true if it is another than before.
export function keep(place, bytes) {
  const version = peekVersion(bytes);
  if (blockOf.get(place) === version) return false;
  release(place);
  const known = blocks.get(version);
  if (known) known.users += 1;
  else blocks.set(version, { rows: decode(bytes), users: 1 });
  blockOf.set(place, version);
  return true;
}

export function release(place) {
  const known = blocks.get(blockOf.get(place));
  if (known && --known.users === 0) blocks.delete(blockOf.get(place));
  blockOf.delete(place);
}

// The version stands near the end of the header; reading it costs less than all.
function peekVersion(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const tail = new TextDecoder().decode(bytes.subarray(Math.max(4, length - 1200), 4 + length));
  return [...tail.matchAll(/"version":"([0-9a-f]{16})"/g)].at(-1)?.[1] ?? String(length);
}

function decode(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
  const values = {};
  let place = aligned(4 + length);
  for (const [name, type, count] of header.arrays) {
    values[name] = new ARRAYS[type](bytes.slice(place, place + count * 4).buffer);
    place = aligned(place + count * 4);
  }
  const columns = header.columns.map((column) => ({ ...column, values: values[column.id] }));
  return { ...header, columns, n: header.ids.length };
}

function aligned(place) {
  return place + ((4 - (place % 4)) % 4);
}

// What each row is searched by; made at the first search.
export function haystackOf(rows) {
  rows.haystack ??= rows.names.map((name, i) => {
    const told = rows.columns.map((column) => column.texts?.[column.values[i]] ?? "");
    return [name, rows.ids[i], rows.beside[i] ?? "", ...told].join("\n").toLowerCase();
  });
  return rows.haystack;
}

export async function unpack(text, Type) {
  const bytes = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Type(await new Response(stream).arrayBuffer());
}

// One bit a row ↔ one byte a row.
export function spread(bits, n) {
  return Uint8Array.from({ length: n }, (_, i) => (bits[i >> 3] >> (i & 7)) & 1);
}

export function gather(flags) {
  const bits = new Uint8Array(Math.ceil(flags.length / 8));
  flags.forEach((flag, i) => { if (flag) bits[i >> 3] |= 1 << (i & 7); });
  let text = "";
  for (const byte of bits) text += String.fromCharCode(byte);
  return btoa(text);
}

// How a figure is written: the signs of planner/core/formats.py, by the browser.
export function writers({ locale, currency, minorDigits }) {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 0 });
  const short = [0, 1].map((digits) => new Intl.NumberFormat(locale, {
    style: "currency", currency, notation: "compact",
    minimumFractionDigits: digits, maximumFractionDigits: digits,
  }));
  const minus = (text) => text.replace("-", "−");
  const known = (write) => (value) => (Number.isNaN(value) ? "–" : minus(write(value)));
  return {
    count: known((value) => number.format(value)),
    hours: known((value) => number.format(value / 60)),
    money: known((value) => {
      const amount = value / 10 ** minorDigits;
      return short[Number(Math.abs(amount) >= 1000)].format(amount);
    }),
  };
}
