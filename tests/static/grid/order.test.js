import assert from "node:assert/strict";
import test from "node:test";
import { fitting, isMatch, isOutOfOrder, keptOrder, NOWHERE, nextSort, orderBy, sortedIds, sortedRows } from "../../../static/grid/order.js";

/** @import { Column, Rows, TerritoryRow } from "../../../static/grid/types.js" */

test("names sort as people count, figures by size, and what is missing is last either way", () => {
  const same = (/** @type {string} */ text) => text;
  assert.deepEqual(orderBy(["T10", "T9", "", "t1"], same, false), ["t1", "T9", "T10", ""]);
  assert.deepEqual(orderBy(["T10", "T9", "", "t1"], same, true), ["T10", "T9", "t1", ""]);
  const values = [3, null, -1, 20];
  assert.deepEqual(orderBy([0, 1, 2, 3], (i) => values[i], false), [2, 0, 3, 1]);
  assert.deepEqual(orderBy([0, 1, 2, 3], (i) => values[i], true), [3, 0, 2, 1]);
});

test("equal rows stay in their order either way", () => {
  for (const isDown of [false, true]) assert.deepEqual(orderBy(["a", "b", "c"], () => 1, isDown), ["a", "b", "c"]);
});

test("clicks on a heading: figures fall, rise, and end; texts rise first", () => {
  const first = nextSort(null, "potential", false, false);
  const second = nextSort(first, "potential", false, false);
  assert.deepEqual([first, second, nextSort(second, "potential", false, false)], [
    { id: "potential", isDown: true }, { id: "potential", isDown: false }, null,
  ]);
  assert.deepEqual(nextSort(second, "name", true, false), { id: "name", isDown: false });
  assert.deepEqual(nextSort(first, "potential", false, true), first, "a stale order is first made anew");
});

/** @type {TerritoryRow[]} */
const TERRITORIES = [["a", "T1", "", ""], ["b", "T2", "", ""], ["c", "T3", "", ""]];
/** @param {(number | null)[]} value @returns {Column} */
const column = (value) => ({
  id: "potential", group: "", head: "", isText: false, isBar: false, tolerance: null,
  text: value.map(String), value, was: {}, from: {}, foot: [],
});

test("territories sort by a column's figures, or by name", () => {
  const data = { rows: TERRITORIES, columns: [column([5, null, 9])] };
  assert.deepEqual(sortedIds(data, { id: "potential", isDown: true }), ["c", "a", "b"]);
  assert.deepEqual(sortedIds(data, { id: "name", isDown: true }), ["c", "b", "a"]);
  assert.deepEqual(sortedIds(data, null), ["a", "b", "c"]);
});

test("a column of texts without values sorts by what it says", () => {
  const seats = { ...column([]), isText: true, text: ["vacant", "filled", "vacant"], value: null };
  assert.deepEqual(sortedIds({ rows: TERRITORIES, columns: [seats] }, { id: "potential", isDown: false }), ["b", "a", "c"]);
});

test("an order is old when figures would put the rows shown otherwise", () => {
  assert.equal(isOutOfOrder(["c", "a"], ["c", "b", "a"]), false, "b is not shown");
  assert.equal(isOutOfOrder(["a", "c"], ["c", "b", "a"]), true);
  assert.equal(isOutOfOrder([], ["c", "b", "a"]), false);
});

test("rows stay as sorted, those gone leave and those new come last", () => {
  const sort = { id: "potential", isDown: true };
  assert.deepEqual(keptOrder(["a", "b", "d"], sort, ["c", "b", "a"]), ["b", "a", "d"]);
  assert.deepEqual(keptOrder(["a", "b", "d"], null, ["c", "b", "a"]), ["a", "b", "d"]);
});

test("a search ignores case and the spaces around it", () => {
  assert.equal(isMatch(["T01 Reyes", "Ana Reyes, North"], "  nORTH "), true);
  assert.equal(isMatch(["T01 Reyes"], "south"), false);
  assert.equal(isMatch(["T01 Reyes"], " "), true);
});

/** @type {Rows} */
const ROWS = {
  version: "1", ids: ["1", "2", "3", "4"], names: ["Bar 10", "Bar 9", "Cafe", ""], beside: [], n: 4,
  columns: [
    { id: "kind", label: "", kind: "text", texts: ["bar", "cafe"], values: Uint32Array.of(0, 0, 1, 2 ** 32 - 1) },
    { id: "potential", label: "", kind: "money", values: Float32Array.of(5, NaN, 9, 1) },
  ],
};
const CODES = Uint16Array.of(1, 0, NOWHERE, 1);

for (const [id, isDown, order] of /** @type {const} */ ([
  ["name", false, [1, 0, 2, 3]],
  ["kind", true, [2, 0, 1, 3]],
  ["potential", true, [2, 0, 3, 1]],
  ["territory", false, [1, 0, 3, 2]],
])) {
  test(`a list sorts by ${id}, what is missing last`, () => assert.deepEqual([...sortedRows(ROWS, CODES, { id, isDown })], [...order]));
}

const LOOK = { text: "", where: "all", isChosen: false, isLocked: false, isChanged: false };
const DATA = {
  territories: /** @type {[string, string, string][]} */ ([["T1", "", ""], ["T2", "", ""]]), codes: CODES,
  was: Uint16Array.of(1, 1, NOWHERE, 1), chosen: Uint8Array.of(1, 1, 0, 0), locked: Uint8Array.of(0, 1, 1, 0), haystack: null,
};
const SORTED = Uint32Array.of(3, 2, 1, 0);

for (const [what, look, rows] of /** @type {const} */ ([
  ["no filter", {}, [3, 2, 1, 0]],
  ["a territory", { where: "T2" }, [3, 0]],
  ["no territory", { where: "none" }, [2]],
  ["a territory that is gone", { where: "T9" }, []],
  ["what is chosen", { isChosen: true }, [1, 0]],
  ["what is locked", { isLocked: true }, [2, 1]],
  ["what changes", { isChanged: true }, [1]],
  ["two filters at once", { isChosen: true, isLocked: true }, [1]],
])) {
  test(`${what}: the rows that fit, as sorted`, () => assert.deepEqual([...fitting(SORTED, { ...LOOK, ...look }, DATA)], [...rows]));
}

test("text is searched in what each row is searched by", () => {
  const haystack = ["bar 10", "bar 9", "cafe", "x"];
  assert.deepEqual([...fitting(SORTED, { ...LOOK, text: " BAR " }, { ...DATA, haystack })], [1, 0]);
});
