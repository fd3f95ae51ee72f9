// What Python's `pack` writes (planner/ui/components/planmap/layers.py), in the smallest form.

const TYPES = { "<f4": Float32Array, "<u4": Uint32Array, "<u2": Uint16Array, "|u1": Uint8Array };

/** @param {object} header @param {Record<string, [keyof typeof TYPES, number[]]>} arrays @returns {Uint8Array} */
export function pack(header, arrays) {
  const listed = Object.entries(arrays).map(([name, [type, values]]) => [name, type, values.length]);
  const text = new TextEncoder().encode(JSON.stringify({ ...header, arrays: listed }));
  const bytes = [...new Uint8Array(Uint32Array.of(text.length).buffer), ...text];
  for (const [type, values] of Object.values(arrays)) {
    while (bytes.length % 4) bytes.push(0);
    bytes.push(...new Uint8Array(TYPES[type].from(values).buffer));
  }
  return Uint8Array.from(bytes);
}

/** @param {ArrayLike<number>} bytes */
export const base64 = (bytes) => btoa(String.fromCharCode(...Array.from(bytes)));
