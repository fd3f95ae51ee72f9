import assert from "node:assert/strict";
import test from "node:test";
import { deflateSync } from "node:zlib";
import { decode, gather, haystackOf, keep, release, rowsOf, spread, unpack, writers } from "../../../static/grid/rows.js";
import { base64, pack } from "../block.js";

const VERSION = "aaaaaaaaaaaaaaa1";
const block = (version = VERSION) => pack({
  kind: "rows", ids: ["1", "2"], names: ["Bar", "Café"], beside: ["Ohio"], version,
  columns: [{ id: "kind", label: "Kind", kind: "text", texts: ["bar"] }, { id: "potential", label: "Potential", kind: "money" }],
}, { kind: ["<u4", [0, 2 ** 32 - 1]], potential: ["<f4", [1.5, NaN]] });

test("a block gives back rows and columns", () => {
  const rows = decode(block());
  assert.deepEqual([rows.n, rows.names], [2, ["Bar", "Café"]]);
  const [kind, potential] = rows.columns;
  assert.deepEqual([...kind.values], [0, 2 ** 32 - 1]);
  assert.deepEqual([...potential.values], [1.5, NaN]);
});

test("a row is searched by its name, id, what stands beside it and its texts, not across them", () => {
  const [bar, cafe] = haystackOf(decode(block()));
  assert.equal(bar, "bar\n1\nohio\nbar\n");
  assert.equal(cafe, "café\n2\n\n\n");
});

test("a store's block is there as long as the store", () => {
  const place = /** @type {Node} */ (/** @type {unknown} */ ({}));
  assert.deepEqual([keep(place, block()), keep(place, block())], [true, false]);
  assert.equal(rowsOf(VERSION)?.n, 2);
  release(place);
  assert.equal(rowsOf(VERSION), undefined);
});

test("one bit a row, the first in the lowest", () => {
  const flags = Uint8Array.of(1, 0, 0, 1, 0, 0, 0, 0, 1);
  assert.equal(gather(flags), base64([0b1001, 1]));
  assert.deepEqual(spread(Uint8Array.of(0b1001, 1), 9), flags);
  assert.deepEqual([...spread(new Uint8Array(), 3)], [0, 0, 0], "bits that are missing are none");
});

test("what is gathered is spread again, for any number of rows", () => {
  for (let n = 0; n < 40; n += 1) {
    const flags = Uint8Array.from({ length: n }, (_, i) => Number((i * 7) % 3 === 0));
    const bits = Uint8Array.from(atob(gather(flags)), (sign) => sign.charCodeAt(0));
    assert.deepEqual(spread(bits, n), flags);
  }
});

test("codes come packed by zlib", async () => {
  const codes = Uint16Array.of(0, 1, 65535);
  const text = base64(deflateSync(new Uint8Array(codes.buffer)));
  assert.deepEqual(new Uint16Array(await unpack(text)), codes);
});

for (const [locale, currency, minorDigits, write, value, text] of /** @type {const} */ ([
  ["en-US", "USD", 2, "money", 123_400, "$1.2K"],
  ["en-US", "USD", 2, "money", 99_900, "$999"],
  ["en-US", "USD", 2, "money", -150_000, "−$1.5K"],
  ["en-US", "JPY", 0, "money", 1_500, "¥1.5K"],
  ["en-US", "USD", 2, "count", 12_345.4, "12,345"],
  ["de-DE", "EUR", 2, "count", 12_345, "12.345"],
  ["en-US", "USD", 2, "hours", 90, "2"],
  ["en-US", "USD", 2, "count", NaN, "–"],
])) {
  test(`${value} ${write} are ${text} in ${locale}, ${currency}`, () => {
    assert.equal(writers({ locale, currency, minorDigits })[write](value), text);
  });
}
