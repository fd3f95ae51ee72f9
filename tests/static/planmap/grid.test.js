import assert from "node:assert/strict";
import test from "node:test";
import { pointNear } from "../../../static/planmap/grid.js";
import { mercator } from "../../../static/planmap/layers.js";
import { accounts } from "./world.js";

const DEGREE = 1 / 360;
const all = () => true;

test("the nearest account within reach is found, and none beyond", () => {
  const layer = accounts([[0, 0], [1, 0], [40, 0], [-120, 50]]);
  assert.equal(pointNear(layer, ...mercator(0, 0.6), DEGREE, all), 1);
  assert.equal(pointNear(layer, ...mercator(0, 0.4), DEGREE, all), 0);
  assert.equal(pointNear(layer, ...mercator(0, 20), DEGREE, all), -1);
  assert.equal(pointNear(layer, ...mercator(50, -120), DEGREE, all), 3);
});

test("what the legend has switched off is not there", () => {
  const layer = accounts([[0, 0], [1, 0]]);
  assert.equal(pointNear(layer, ...mercator(0, 0.6), DEGREE, (i) => i !== 1), 0);
});

test("every account is found at its own place, however they lie", () => {
  /** @type {[number, number][]} */
  const lonlat = Array.from({ length: 500 }, (_, i) => [(i * 37) % 179, ((i * 61) % 140) - 70]);
  const layer = accounts([...lonlat, ...lonlat.slice(0, 1)]); // the first one twice
  lonlat.forEach(([lon, lat], i) => {
    const near = pointNear(layer, ...mercator(lat, lon), 1e-6, all);
    assert.ok(near === i || (i === 0 && near === 500), `${i} is found as ${near}`);
  });
});

test("no account and a single one", () => {
  assert.equal(pointNear(accounts([]), 0.5, 0.5, 1, all), -1);
  assert.equal(pointNear(accounts([[7, 7]]), ...mercator(7, 7), 1e-9, all), 0);
});
