import assert from "node:assert/strict";
import test from "node:test";
import { NONE } from "../../../static/planmap/layers.js";
import { isTooLarge, rowsOf } from "../../../static/planmap/legend.js";
import { entry, mapData } from "./world.js";

test("rows are the classes by their codes, what is unassigned above them", () => {
  const rows = rowsOf(mapData({ legend: [entry("T01"), entry("T02")], unassigned: "Unassigned", unassignedCount: "7" }));
  assert.deepEqual(rows.map(({ code, label, count }) => [code, label, count]), [
    [NONE, "Unassigned", "7"], [0, "T01 Reyes", "12"], [1, "T02 Reyes", "12"],
  ]);
  assert.equal(rows[0].colour, null, "hatched");
});

test("a legend that would hide the map is too large", () => {
  const names = (/** @type {number} */ n) => mapData({ height: 620, legend: Array.from({ length: n }, (_, i) => entry(`T${i}`)) });
  const box = /** @type {HTMLElement} */ ({ clientWidth: 620 });
  assert.equal(isTooLarge(box, names(8)), false);
  assert.equal(isTooLarge(box, names(20)), true);
  assert.equal(isTooLarge(/** @type {HTMLElement} */ ({ clientWidth: 200 }), names(8)), true);
});

test("nothing unassigned, no row for it", () => {
  assert.deepEqual(rowsOf(mapData({ legend: [entry("T01")] })).map(({ code }) => code), [0]);
  assert.deepEqual(rowsOf(mapData()), []);
});

test("a locked territory is told by the name it has on the map", () => {
  const { marks } = mapData();
  const rows = rowsOf(mapData({ legend: [entry("T01"), entry("T02")], marks: { ...marks, lockedParts: ["T02"] } }));
  assert.deepEqual(rows.map(({ isLocked }) => isLocked), [false, true]);
});
