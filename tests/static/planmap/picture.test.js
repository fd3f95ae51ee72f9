import assert from "node:assert/strict";
import test from "node:test";
import { fileName, fitted } from "../../../static/planmap/picture.js";

const DAY = new Date(2026, 10, 5);

for (const [title, name] of [
  ["Draft 1", "Draft-1"],
  ["../../etc/passwd", "etc-passwd"],
  ["Größe: Zürich & Genf?", "Größe-Zürich-Genf"],
  ["東京 / 大阪", "東京-大阪"],
  ["///", "map"],
  ["x".repeat(300), "x".repeat(80)],
]) {
  test(`"${title.slice(0, 24)}" is saved as ${name.slice(0, 24)}`, () => {
    assert.equal(fileName(title, DAY), `${name}-2026-11-05.png`);
  });
}

test("a label is cut to the room there is, between whole signs", () => {
  const pen = { measureText: (/** @type {string} */ text) => /** @type {TextMetrics} */ ({ width: [...text].length * 10 }) };
  assert.equal(fitted(pen, "T01 Reyes", 90), "T01 Reyes");
  assert.equal(fitted(pen, "T01 Reyes", 89), "T01 Rey…");
  assert.equal(fitted(pen, "👍👍👍", 20), "👍…");
  assert.equal(fitted(pen, "T01", 0), "…");
});
