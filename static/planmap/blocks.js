// The blocks that the stores on the page hold, by version; each as long as a store has it.

/** @import { Layer, Load } from "./types.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const { decode } = await load("layers");

/** @type {Map<string, { layer: Layer, users: number }>} */
const blocks = new Map();
/** @type {WeakMap<Node, string>} store's place → version */
const blockOf = new WeakMap();

/** @param {string} id @returns {Layer | undefined} */
export function layerOf(id) {
  return blocks.get(id)?.layer;
}

// Keep a store's block; true if it is another than before.
/** @param {Node} place @param {Uint8Array} bytes */
export function keep(place, bytes) {
  const id = peekVersion(bytes);
  if (blockOf.get(place) === id) return false;
  release(place);
  const block = blocks.get(id);
  if (block) block.users += 1;
  else blocks.set(id, { layer: decode(bytes), users: 1 });
  blockOf.set(place, id);
  return true;
}

/** @param {Node} place */
export function release(place) {
  const id = blockOf.get(place);
  if (id === undefined) return;
  const block = blocks.get(id);
  if (block && --block.users === 0) blocks.delete(id);
  blockOf.delete(place);
}

// The version stands near the end of the header, after all names: the last that is
// there. Reading it costs less than decoding all again.
/** @param {Uint8Array} bytes */
export function peekVersion(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, true);
  const tail = new TextDecoder().decode(bytes.subarray(Math.max(4, length - 1200), 4 + length));
  return [...tail.matchAll(/"version":"([0-9a-f]{16})"/g)].at(-1)?.[1] ?? String(length);
}
