import assert from "node:assert/strict";
import test from "node:test";
import { grouped } from "../../../static/grid/heads.js";

/** @import { Column } from "../../../static/grid/types.js" */

/** @param {string[]} groups */
const ids = (...groups) => grouped(groups.map((group, i) => /** @type {Column} */ (/** @type {unknown} */ ({ id: String(i), group }))))
  .map((together) => together.map(({ id }) => id).join(""));

test("neighbours of one group share a heading, columns without a group stand alone", () => {
  assert.deepEqual(ids("Potential", "Potential", "Potential", "", ""), ["012", "3", "4"]);
  assert.deepEqual(ids("Potential", "Sales", "Sales", "Potential"), ["0", "12", "3"]);
  assert.deepEqual(ids(), []);
});
