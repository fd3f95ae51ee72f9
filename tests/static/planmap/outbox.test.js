import assert from "node:assert/strict";
import test from "node:test";
import { Outbox } from "../../../static/planmap/outbox.js";

/** @param {string} id */
const gesture = (id) => ({ kind: "unit", ids: [id], unit_ids: [] });

/** @param {import("node:test").TestContext} t */
function sending(t) {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const outbox = new Outbox();
  /** @type {string[]} */
  const sent = [];
  outbox.transmit = (events) => sent.push(events.map(({ ids }) => ids[0]).join(" "));
  return { outbox, sent };
}

test("what is not answered goes along with the next gesture, in order", (t) => {
  const { outbox, sent } = sending(t);
  outbox.push(gesture("a"));
  outbox.push(gesture("b"));
  const [a, b] = outbox.waiting;
  assert.ok(a.n < b.n, "numbers grow");
  outbox.answered(a.n);
  outbox.push(gesture("c"));
  assert.deepEqual(sent, ["a", "a b", "b c"]);
});

test("numbers grow over all maps of the page", (t) => {
  const { outbox } = sending(t);
  const { outbox: other } = { outbox: new Outbox() };
  outbox.push(gesture("a"));
  other.push(gesture("b"));
  assert.ok(other.waiting[0].n > outbox.waiting[0].n);
});

test("without an answer it is sent again, later each time, and not for ever", (t) => {
  const { outbox, sent } = sending(t);
  outbox.push(gesture("a"));
  t.mock.timers.tick(7_999);
  assert.equal(sent.length, 1);
  t.mock.timers.tick(1);
  assert.equal(sent.length, 2);
  t.mock.timers.tick(15_999);
  assert.equal(sent.length, 2);
  t.mock.timers.tick(1);
  assert.equal(sent.length, 3);
  for (let i = 0; i < 10; i += 1) t.mock.timers.tick(8_000 * 2 ** 8);
  assert.equal(sent.length, 7, "once, and six times again");
});

test("an answer to all, or the end of the map, ends it", (t) => {
  const { outbox, sent } = sending(t);
  outbox.push(gesture("a"));
  outbox.answered(outbox.waiting[0].n);
  outbox.push(gesture("b"));
  outbox.close();
  t.mock.timers.tick(1_000_000);
  assert.deepEqual(sent, ["a", "b"]);
});
