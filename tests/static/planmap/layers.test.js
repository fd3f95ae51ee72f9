import assert from "node:assert/strict";
import test from "node:test";
import { decode, mercator, NONE } from "../../../static/planmap/layers.js";
import { pack } from "../block.js";
import { accounts, counties } from "./world.js";

test("the equator at Greenwich is the middle of the world, and the poles are its edge", () => {
  assert.deepEqual(mercator(0, 0), [0.5, 0.5]);
  assert.deepEqual(mercator(0, -180), [0, 0.5]);
  assert.deepEqual(mercator(90, 0), mercator(85, 0));
  assert.ok(mercator(60, 0)[1] < 0.5, "north is above");
});

test("a block of shapes gives back ids, rings and the text of each fact", () => {
  const layer = counties();
  assert.deepEqual([layer.n, layer.ids], [3, ["W", "M", "E"]]);
  assert.deepEqual(layer.facts, [["State", ["Ohio", "Ohio", ""]]]);
  assert.deepEqual([...layer.ringStart], [0, 6, 11, 16, 21]);
  const [west, north, east, south] = layer.extent;
  assert.deepEqual([[west, south], [east, north]], [mercator(0, 0), mercator(3, 5)]);
});

test("arrays are found whatever the length of the header is", () => {
  for (const name of ["", "x", "xx", "xxx", "é日本"]) {
    const layer = decode(pack({ kind: "places", version: "1", ids: [name], names: [name], facts: [] }, { lonlat: ["<f4", [10, 0]] }));
    assert.equal(layer.kind, "places");
    assert.equal("xy" in layer && layer.xy[0], mercator(0, 10)[0]);
  }
});

test("codes of one byte and of two mean the same, none included", () => {
  const narrow = decode(pack({ kind: "codes" }, { codes: ["|u1", [0, 254, 255]] }));
  const wide = decode(pack({ kind: "codes" }, { codes: ["<u2", [0, 254, 65535]] }));
  assert.deepEqual(narrow, wide);
  assert.deepEqual("codes" in narrow && [...narrow.codes], [0, 254, NONE]);
});

test("no account is no fault", () => {
  assert.equal(accounts([]).n, 0);
});
