import assert from "node:assert/strict";
import test from "node:test";
import { mercator } from "../../../static/planmap/layers.js";
import { borders, labelPlaces, unitAt } from "../../../static/planmap/shapes.js";
import { counties } from "./world.js";

const NAMES = { W: 0, M: 1, E: 2 };

/** @param {number} lat @param {number} lon */
const under = (lat, lon) => unitAt(counties(), ...mercator(lat, lon));

test("a place is in the county around it, not in its hole, nor beside all", () => {
  assert.equal(under(0.5, 0.5), NAMES.W);
  assert.equal(under(1.5, 1.5), -1);
  assert.equal(under(0.5, 3.5), NAMES.M);
  assert.equal(under(0.5, 4.9), NAMES.E);
  assert.equal(under(2, 4), -1);
});

test("borders are edges of one county or of two", () => {
  const { one, other } = borders(counties());
  const pairs = Array.from(one, (u, e) => `${u} ${other[e]}`);
  const count = (/** @type {string} */ pair) => pairs.filter((each) => each === pair).length;
  assert.equal(count("0 1"), 1); // West | Middle
  assert.equal(count("1 2"), 1); // Middle | East
  assert.equal(count("0 -1"), 4 + 4); // the shell but for what Middle shares, and the hole
  assert.deepEqual([count("1 -1"), count("2 -1")], [2, 3]);
  assert.equal(pairs.length, 15);
});

test("the middle of a square lies half way, and two of one size weigh the same", () => {
  const layer = counties();
  const [x] = mercator(0.5, 3.5);
  assert.ok(Math.abs(layer.middle[2 * NAMES.M] - x) < 1e-9);
  assert.ok(Math.abs(layer.area[NAMES.M] / layer.area[NAMES.E] - 1) < 1e-3);
});

test("a name stands amid its class, or on the county of it that is nearest", () => {
  const layer = counties();
  const [together, none] = labelPlaces(layer, [1, 0, 0], 2);
  assert.ok(together && Math.abs(together[0] - mercator(0, 4)[0]) < 1e-6, "between Middle and East");
  assert.ok(none);
  // West and East have their common middle in West's hole: the name goes to West's own
  const [apart] = labelPlaces(layer, [0, 1, 0], 1);
  assert.deepEqual(apart, [layer.middle[2 * NAMES.W], layer.middle[2 * NAMES.W + 1]]);
  assert.deepEqual(labelPlaces(layer, [65535, 65535, 65535], 2), [null, null]);
});
