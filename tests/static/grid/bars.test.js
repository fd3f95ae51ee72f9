import assert from "node:assert/strict";
import test from "node:test";
import { barPieces, isOff } from "../../../static/grid/bars.js";

test("a bar ends at its share of three tolerances, from the middle to either side", () => {
  assert.deepEqual(barPieces(0.1, 0.1, null).map(near), [
    { name: "bt-band", left: 50 - 50 / 3, width: 100 / 3 },
    { name: "bt-bar bt-fine", left: 50, width: 50 / 3 },
    { name: "bt-zero", left: 50 },
  ].map(near));
  const [, bar] = barPieces(-0.15, 0.1);
  assert.deepEqual(near(bar), { name: "bt-bar bt-under", left: 25, width: 25 });
});

test("what is far out ends at the edge, what is nothing can still be seen", () => {
  const [, far] = barPieces(9, 0.1);
  assert.deepEqual(far, { name: "bt-bar bt-over", left: 50, width: 50 });
  const [, nothing] = barPieces(0, 0.1);
  assert.equal(nothing.width, 1);
});

test("what it was is a tick; without a tolerance there is no band and nothing is off", () => {
  const pieces = barPieces(0.3, null, -0.3);
  assert.deepEqual(pieces.map(({ name }) => name), ["bt-bar bt-fine", "bt-from", "bt-zero"]);
  assert.equal(near(pieces[1]).left, 0);
});

test("on the tolerance is not off", () => {
  assert.equal(isOff(0.05, 0.05), false);
  assert.equal(isOff(0.1 + 0.2 - 0.25, 0.05), false, "whatever adding has left");
  assert.equal(isOff(-0.0501, 0.05), true);
  assert.equal(isOff(9, null), false);
  assert.equal(isOff(null, 0.05), false);
});

/** @param {{ name: string, left: number, width?: number }} piece */
function near({ name, left, width }) {
  return { name, left: Math.round(left * 1e9) / 1e9, ...(width === undefined ? {} : { width: Math.round(width * 1e9) / 1e9 }) };
}
