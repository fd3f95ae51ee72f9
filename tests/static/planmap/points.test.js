import assert from "node:assert/strict";
import test from "node:test";
import { NONE } from "../../../static/planmap/layers.js";
import { pixelOf, pointRadius, pointsInView } from "../../../static/planmap/points.js";
import { accounts } from "./world.js";

const WORLD = { scale: 256, zoom: 0, ox: 0, oy: 0, width: 256, height: 256, ratio: 1, west: 0, north: 0, east: 1, south: 1 };
const layer = accounts([[-100, 40], [10, 50], [20, 50]]);

test("accounts in view stand by class, all others are left out", () => {
  const points = { layer, codes: Uint16Array.of(1, 0, 1), parts: null, size: null };
  assert.deepEqual(pointsInView(WORLD, points), new Map([[1, [0, 2]], [0, [1]]]));
  assert.deepEqual(pointsInView({ ...WORLD, west: 0.5 }, points), new Map([[0, [1]], [1, [2]]]));
});

test("without classes all are of none", () => {
  assert.deepEqual(pointsInView(WORLD, { layer, codes: null, parts: null, size: null }), new Map([[NONE, [0, 1, 2]]]));
});

test("a colour becomes the bytes red, green, blue and alpha of a picture", () => {
  const bytes = new Uint8Array(Uint32Array.of(pixelOf("#77AADD", 1), pixelOf("#FF0001", 0.12)).buffer);
  assert.deepEqual([...bytes], [0x77, 0xaa, 0xdd, 255, 255, 0, 1, 31]);
});

test("the more accounts, the smaller; the nearer, the larger, up to 8 pixels", () => {
  const sizes = [100, 1_000, 10_000, 100_000].map((n) => pointRadius(5, n));
  assert.deepEqual(sizes, [...sizes].sort((a, b) => b - a));
  assert.ok(pointRadius(8, 100) > pointRadius(7, 100));
  assert.equal(pointRadius(18, 100), 8);
});
