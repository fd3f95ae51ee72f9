// What the user did waits here until Python says it has it. Streamlit keeps only the
// last of several gestures made during one run, and none while the line is down; so
// each is numbered and all unanswered ones go along with the next.

/** @import { Gesture, Numbered } from "./types.js" */

const REPEAT_MS = 8000; // then twice as long each time
const MOST_REPEATS = 6;
let last = 0; // grows as long as the page lives, whichever map sends

export class Outbox {
  constructor() {
    /** @type {Numbered[]} */
    this.waiting = [];
    this.repeats = 0;
    /** @type {((events: Numbered[]) => void) | null} */
    this.transmit = null;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    this.timer = undefined;
  }

  /** @param {Gesture} event */
  push(event) {
    last = Math.max(last + 1, Math.round(performance.timeOrigin + performance.now()));
    this.waiting.push({ ...event, n: last });
    this.repeats = 0;
    this.flush();
  }

  /** @param {number} n of the last gesture that Python has */
  answered(n) {
    this.waiting = this.waiting.filter((event) => event.n > n);
    if (!this.waiting.length) clearTimeout(this.timer);
  }

  flush() {
    clearTimeout(this.timer);
    if (!this.waiting.length) return;
    this.transmit?.(this.waiting);
    if (this.repeats >= MOST_REPEATS) return;
    this.timer = setTimeout(() => this.flush(), REPEAT_MS * 2 ** this.repeats);
    this.repeats += 1;
  }

  close() {
    clearTimeout(this.timer);
    this.waiting = [];
  }
}
