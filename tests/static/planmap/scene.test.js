import assert from "node:assert/strict";
import test from "node:test";
import { mercator, NONE } from "../../../static/planmap/layers.js";
import { extentOf, isDarkColour, labelsOf, readScene } from "../../../static/planmap/scene.js";
import { base64 } from "../block.js";
import { accounts, counties, entry, mapData } from "./world.js";

/** @import { MapData, Scene } from "../../../static/planmap/types.js" */

/** @param {Partial<MapData>} changes @param {Record<string, import("../../../static/planmap/types.js").Layer>} [blocks] */
const read = (changes, blocks = { u: counties(), p: accounts([[1, 1], [2, 2], [3, 3]]) }) => readScene(mapData(changes), blocks, new Set(), false);

/** @param {number[]} places */
const places = (...places) => ({ places: base64(new Uint8Array(Uint32Array.from(places).buffer)) });

test("classes come as bytes, one or two for each unit", () => {
  const narrow = read({ layers: { units: "u" }, unitCodes: { bytes: 1, codes: base64([0, 1, 255]), places: null } });
  const wide = base64(new Uint8Array(Uint16Array.of(0, 1, NONE).buffer));
  const broad = read({ layers: { units: "u" }, unitCodes: { bytes: 2, codes: wide, places: null } });
  assert.deepEqual([...(narrow.units?.codes ?? [])], [0, 1, NONE]);
  assert.deepEqual(narrow.units?.codes, broad.units?.codes);
  assert.deepEqual([...(narrow.units?.parts ?? [])], [0, 1, NONE], "units belong to their class");
});

test("of a crowd only what differs from its block is told, and the block stays as it is", () => {
  const sent = { kind: /** @type {const} */ ("codes"), codes: Uint16Array.of(4, 4, 4) };
  const blocks = { p: accounts([[1, 1], [2, 2], [3, 3]]), c: sent };
  const told = { bytes: /** @type {const} */ (1), codes: base64([7, 255]), places: places(0, 2).places };
  const scene = read({ layers: { points: "p", codes: "c" }, pointCodes: told }, blocks);
  assert.deepEqual([...(scene.points?.codes ?? [])], [7, 4, NONE]);
  assert.deepEqual([...sent.codes], [4, 4, 4]);
});

test("marks come as places or as bits, the first thing in the lowest bit", () => {
  const { marks } = mapData();
  const scene = read({
    layers: { units: "u" },
    marks: { ...marks, lockedUnits: { bits: base64([0b101]) }, pendingUnits: places(1), barriers: [[2, 1]] },
  });
  const { lockedUnits, pendingUnits, lockedPoints } = scene.marks;
  assert.deepEqual([0, 1, 2].map((u) => lockedUnits?.(u)), [true, false, true]);
  assert.deepEqual([0, 1, 2].map((u) => pendingUnits?.(u)), [false, true, false]);
  assert.equal(lockedPoints, null);
  assert.deepEqual([...scene.marks.pairs], [1 * 3 + 2], "the lower unit first");
});

test("the first look is a route before homes, and nothing where there is nothing", () => {
  const home = { id: "H", name: "Home", at: /** @type {[number, number]} */ ([0, 0]), facts: [] };
  const line = { path: /** @type {[number, number][]} */ ([[10, 10], [20, 30]]), colour: "#000000", label: "", stops: [] };
  const data = mapData({ homes: [home], lines: [line] });
  const [x, y] = mercator(0, 0);
  assert.deepEqual(extentOf(readScene(data, {}, new Set(), false), data), [...mercator(20, 10), ...mercator(10, 30)]);
  const alone = mapData({ homes: [home] });
  assert.deepEqual(extentOf(readScene(alone, {}, new Set(), false), alone), [x, y, x, y]);
  assert.equal(extentOf(read({}, {}), mapData()), null);
});

test("a view that Python asks for goes before all", () => {
  const data = mapData({ fit: [-10, -20, 10, 20] });
  const [west, south] = mercator(-10, -20);
  const [east, north] = mercator(10, 20);
  assert.deepEqual(extentOf(read({}), data), [west, north, east, south]);
});

test("names stand for classes with units, dim where the class is switched off", () => {
  const data = mapData({
    layers: { units: "u" }, legend: [entry("T01"), entry("T02"), entry("T03")],
    unitCodes: { bytes: 1, codes: base64([0, 1, 1]), places: null },
    outlines: [{ rings: [[[0, 0], [0, 2]]], label: "Zone", colour: "" }, { rings: [], label: "Empty", colour: "" }],
  });
  const scene = readScene(data, { u: counties() }, new Set([1]), false);
  assert.deepEqual(labelsOf(scene, data).map(({ text, isDim }) => [text, isDim]), [["T01", false], ["T02", true], ["Zone", false]]);
});

test("names of parts where the colours mean something else", () => {
  const data = mapData({
    layers: { units: "u" }, legend: [entry("low"), entry("high")], partNames: ["T01", "T02"],
    unitCodes: { bytes: 1, codes: base64([0, 1, 1]), places: null }, parts: { bytes: 1, codes: base64([1, 1, 255]), places: null },
  });
  assert.deepEqual(readScene(data, { u: counties() }, new Set([1]), false).labels.map(({ text, isDim }) => [text, isDim]), [["T02", false]]);
});

test("numbers on a route are dark on light colours, light on dark ones", () => {
  const line = { path: [], label: "", stops: [] };
  const scene = read({ lines: [{ ...line, colour: "#EEDD88" }, { ...line, colour: "#114477" }] });
  assert.deepEqual(scene.lines.map(({ ink }) => ink), ["#1F2933", "#FFFFFF"]);
});

for (const [colour, isDark] of /** @type {const} */ ([
  ["#FAFAF8", false], ["#14191E", true], ["rgb(20, 25, 30)", true], ["rgb(250 250 248)", false], ["", false],
])) {
  test(`a page on "${colour}" is ${isDark ? "dark" : "light"}`, () => assert.equal(isDarkColour(colour), isDark));
}
