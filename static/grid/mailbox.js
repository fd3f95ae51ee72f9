// Gestures on their way to Python, one at a time: Streamlit keeps only the last of two
// that reach it in one run, and a row locked by a quick key would stay open.

/** @import { Gesture, Kind, Numbered } from "./types.js" */

const PATIENCE_MS = 10000; // without an answer for so long, the next gesture goes at once
/** @type {Kind[]} */
const LATEST_COUNTS = ["choose", "select", "zoom"];

export class Mailbox {
  /** @param {number} heard number of the last gesture that Python has */
  constructor(heard) {
    this.turn = heard;
    /** @type {Gesture[]} */
    this.waiting = [];
    /** @type {Numbered | null} */
    this.underway = null;
    this.sentAt = 0;
    /** @type {((event: Numbered) => void) | null} */
    this.send = null;
  }

  /** @param {Gesture} event */
  put(event) {
    const last = this.waiting.at(-1);
    if (last?.kind !== event.kind) this.waiting.push(event);
    else if (LATEST_COUNTS.includes(event.kind)) Object.assign(last, event);
    else if (last.ids && event.ids) last.ids = [...new Set([...last.ids, ...event.ids])];
    else this.waiting.push(event);
    if (this.underway && Date.now() - this.sentAt > PATIENCE_MS) this.underway = null;
    this.post();
  }

  /** @param {Kind} kind */
  has(kind) {
    return this.underway?.kind === kind || this.waiting.some((event) => event.kind === kind);
  }

  /** @param {number} turn */
  heard(turn) {
    if (this.underway && turn >= this.underway.turn) this.underway = null;
    this.post();
  }

  post() {
    const next = this.waiting[0];
    if (this.underway || !next || !this.send) return;
    this.waiting.shift();
    this.turn += 1;
    this.underway = { ...next, turn: this.turn };
    this.sentAt = Date.now();
    this.send(this.underway);
  }
}
