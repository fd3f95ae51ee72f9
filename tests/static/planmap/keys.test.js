import assert from "node:assert/strict";
import test from "node:test";
import { nameOf } from "../../../static/planmap/keys.js";

for (const [what, event, name] of /** @type {const} */ ([
  ["a letter", { key: "e", code: "KeyE", shiftKey: false }, "e"],
  ["a letter with Shift", { key: "Z", code: "KeyZ", shiftKey: true }, "Shift+Z"],
  ["a letter under Caps Lock", { key: "E", code: "KeyE", shiftKey: false }, "e"],
  ["another place on a French keyboard", { key: "a", code: "KeyQ", shiftKey: false }, "a"],
  ["a Cyrillic letter, by its place", { key: "у", code: "KeyE", shiftKey: false }, "e"],
  ["a Cyrillic letter with Shift", { key: "Я", code: "KeyZ", shiftKey: true }, "Shift+Z"],
  ["a sign", { key: "?", code: "Slash", shiftKey: true }, "?"],
  ["a named key", { key: "Enter", code: "Enter", shiftKey: false }, "Enter"],
])) {
  test(`${what} is ${name}`, () => assert.equal(nameOf(event), name));
}
