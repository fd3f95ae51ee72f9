import assert from "node:assert/strict";
import test from "node:test";
import { between, placeAfter } from "../../../static/grid/listkeys.js";

for (const [key, place] of /** @type {const} */ ([
  ["ArrowDown", 6], ["ArrowUp", 4], ["PageDown", 15], ["PageUp", -5], ["Home", 0], ["End", Infinity], ["l", undefined], ["constructor", undefined],
])) {
  test(`${key} leads from the fifth row to ${place}`, () => assert.equal(placeAfter(key, 5, 10), place));
}

test("a range holds both its ends, from either side", () => {
  const order = Uint32Array.of(7, 3, 9, 1);
  assert.deepEqual([...between(order, 1, 3)], [3, 9, 1]);
  assert.deepEqual([...between(order, 3, 1)], [3, 9, 1]);
  assert.deepEqual([...between(order, 2, 2)], [9]);
});
