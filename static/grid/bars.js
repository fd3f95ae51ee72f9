// A deviation as a bar around zero: where its pieces lie, in percent of its width.

const REACH = 3; // the bar spans so many tolerances to each side
const LOOSE = 0.1; // of a measure without tolerance

/** @typedef {{ name: string, left: number, width?: number }} Piece */

/**
 * @param {number} value a share @param {number | null} tolerance @param {number | null} [from] what it was
 * @returns {Piece[]} from the lowest to the topmost
 */
export function barPieces(value, tolerance, from) {
  const at = (/** @type {number} */ share) => 50 + 50 * Math.max(-1, Math.min(1, share / (REACH * (tolerance ?? LOOSE))));
  /** @type {Piece[]} */
  const pieces = [];
  if (tolerance !== null) pieces.push({ name: "bt-band", left: at(-tolerance), width: at(tolerance) - at(-tolerance) });
  const end = at(value);
  const side = !isOff(value, tolerance) ? "bt-fine" : value > 0 ? "bt-over" : "bt-under";
  pieces.push({ name: `bt-bar ${side}`, left: Math.min(end, 50), width: Math.max(Math.abs(end - 50), 1) });
  if (from !== undefined && from !== null) pieces.push({ name: "bt-from", left: at(from) });
  pieces.push({ name: "bt-zero", left: 50 });
  return pieces;
}

/** @param {number | null} value @param {number | null} tolerance */
export function isOff(value, tolerance) {
  return value !== null && tolerance !== null && Math.abs(value) > tolerance + 1e-9;
}
