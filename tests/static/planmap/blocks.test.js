import assert from "node:assert/strict";
import test from "node:test";
import { keep, layerOf, peekVersion, release } from "../../../static/planmap/blocks.js";
import { pack } from "../block.js";

/** @param {string} version @param {string} [name] */
const block = (version, name = "x") =>
  pack({ kind: "places", ids: ["1"], names: [name], facts: [], version }, { lonlat: ["<f4", [0, 0]] });
const place = () => /** @type {Node} */ (/** @type {unknown} */ ({}));
const [A, B] = ["aaaaaaaaaaaaaaa1", "bbbbbbbbbbbbbbb2"];

test("the version is read from the header, however long its names are", () => {
  assert.equal(peekVersion(block(A)), A);
  assert.equal(peekVersion(block(A, "x".repeat(5_000))), A);
  assert.equal(peekVersion(block(A, `"version":"${B}"`)), A, "a name that looks like one is none");
});

test("a block lives as long as a store holds it", () => {
  const [one, other] = [place(), place()];
  assert.equal(keep(one, block(A)), true);
  assert.equal(keep(other, block(A)), true);
  release(one);
  assert.ok(layerOf(A), "the other store has it");
  release(other);
  assert.equal(layerOf(A), undefined);
  release(other); // twice is no fault
});

test("a store that gets another block lets go of the first", () => {
  const one = place();
  keep(one, block(A));
  assert.equal(keep(one, block(A)), false, "nothing new");
  assert.equal(keep(one, block(B)), true);
  assert.deepEqual([layerOf(A), layerOf(B)?.kind], [undefined, "places"]);
  release(one);
});
