import assert from "node:assert/strict";
import test from "node:test";
import { Mailbox } from "../../../static/grid/mailbox.js";

function posting(heard = 0) {
  const box = new Mailbox(heard);
  /** @type {string[]} */
  const sent = [];
  box.send = ({ kind, ids, turn }) => sent.push(`${turn} ${kind} ${ids?.join("+") ?? ""}`);
  return { box, sent };
}

test("one gesture goes at a time, the next when Python has heard the last", () => {
  const { box, sent } = posting(7);
  box.put({ kind: "lock", ids: ["a"] });
  box.put({ kind: "unlock", ids: ["b"] });
  assert.deepEqual(sent, ["8 lock a"]);
  box.heard(7); // of a run before it
  assert.deepEqual(sent, ["8 lock a"]);
  box.heard(8);
  assert.deepEqual(sent, ["8 lock a", "9 unlock b"]);
});

test("locks that wait become one, each row once", () => {
  const { box, sent } = posting();
  for (const id of ["a", "b", "c", "b"]) box.put({ kind: "lock", ids: [id] });
  box.heard(1);
  assert.deepEqual(sent, ["1 lock a", "2 lock b+c"]);
});

test("of choices that wait the last counts, locks between them keep their place", () => {
  const { box, sent } = posting();
  box.put({ kind: "zoom", ids: ["x"] });
  box.put({ kind: "select", ids: ["a"] });
  box.put({ kind: "select", ids: ["b"] });
  box.put({ kind: "lock", ids: ["b"] });
  box.put({ kind: "select", ids: ["c"] });
  for (const turn of [1, 2, 3]) box.heard(turn);
  assert.deepEqual(sent, ["1 zoom x", "2 select b", "3 lock b", "4 select c"]);
});

test("it tells what is on its way, and what waits", () => {
  const { box } = posting();
  box.put({ kind: "choose", bits: "AA==", version: "1" });
  box.put({ kind: "lock", ids: ["a"] });
  assert.deepEqual([box.has("choose"), box.has("lock"), box.has("zoom")], [true, true, false]);
  box.heard(1);
  assert.equal(box.has("choose"), false);
});

test("an answer that never comes holds up the next gesture for ten seconds only", (t) => {
  t.mock.timers.enable({ apis: ["Date"] });
  const { box, sent } = posting();
  box.put({ kind: "lock", ids: ["a"] });
  t.mock.timers.tick(9_000);
  box.put({ kind: "unlock", ids: ["b"] });
  assert.equal(sent.length, 1);
  t.mock.timers.tick(1_001);
  box.put({ kind: "zoom", ids: ["c"] });
  assert.deepEqual(sent, ["1 lock a", "2 unlock b"]);
});

test("nothing goes before the page has said where to, and nothing is lost", () => {
  const box = new Mailbox(0);
  box.put({ kind: "lock", ids: ["a"] });
  let turn = 0;
  box.send = (event) => { turn = event.turn; };
  box.heard(0);
  assert.equal(turn, 1);
});
