// Which rows are shown, and in what order: sorting and filters, without the page.

/** @import { ListLook, Owner, Rows, Sort, TerritoryData, Value } from "./types.js" */

export const NOWHERE = 65535; // code of what no territory holds

// Order of rows by a column; what is missing comes last either way.
/**
 * @template Row
 * @param {Iterable<Row>} rows @param {(row: Row) => Value} value @param {boolean} isDown
 * @returns {Row[]}
 */
export function orderBy(rows, value, isDown) {
  const collator = new Intl.Collator(undefined, { numeric: true });
  /** @type {(a: string | number, b: string | number) => number} */
  const compare = (a, b) => (typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b)));
  return Array.from(rows, (row, place) => ({ row, value: value(row) ?? "", place }))
    .sort((a, b) => {
      const missing = Number(a.value === "") - Number(b.value === "");
      return missing || (isDown ? -1 : 1) * compare(a.value, b.value) || a.place - b.place;
    })
    .map(({ row }) => row);
}

// What a click on a heading asks for: figures fall first and text rises, the second
// click turns it round, the third ends it; a stale order is first made anew.
/** @param {Sort | null} sort @param {string} id @param {boolean} isText @param {boolean} isStale */
export function nextSort(sort, id, isText, isStale) {
  if (sort?.id !== id) return { id, isDown: !isText };
  if (isStale) return sort;
  return sort.isDown === !isText ? { id, isDown: isText } : null;
}

// --- territories -------------------------------------------------------------------

// All territories in the order asked for, by the figures of now.
/** @param {Pick<TerritoryData, "rows" | "columns">} data @param {Sort | null} sort */
export function sortedIds({ rows, columns }, sort) {
  if (!sort) return rows.map(([id]) => id);
  const column = columns.find(({ id }) => id === sort.id);
  /** @type {(i: number) => Value} */
  const valueAt = (i) => (column ? (column.value ?? column.text)[i] : rows[i][1]);
  return orderBy(rows.keys(), valueAt, sort.isDown).map((i) => rows[i][0]);
}

// Whether the rows shown would stand in another order by the figures of now.
/** @param {string[]} shown @param {string[]} fresh all in that order */
export function isOutOfOrder(shown, fresh) {
  const there = new Set(shown);
  return fresh.filter((id) => there.has(id)).some((id, i) => id !== shown[i]);
}

// Rows stay where they were sorted while figures change; what is new comes last.
/** @param {string[]} all @param {Sort | null} sort @param {string[]} order as it was sorted */
export function keptOrder(all, sort, order) {
  if (!sort) return all;
  const there = new Set(all);
  const before = new Set(order);
  return [...order.filter((id) => there.has(id)), ...all.filter((id) => !before.has(id))];
}

/** @param {string[]} texts of a row @param {string} wanted as typed */
export function isMatch(texts, wanted) {
  return texts.join(" ").toLowerCase().includes(wanted.trim().toLowerCase());
}

// --- lists of units or accounts: rows by number -----------------------------------------

/** @param {Rows} rows @param {Uint16Array} codes @param {Sort | null} sort */
export function sortedRows(rows, codes, sort) {
  const all = Uint32Array.from({ length: rows.n }, (_, i) => i);
  return sort ? Uint32Array.from(orderBy(all, valuesBy(rows, codes, sort.id), sort.isDown)) : all;
}

/** @param {Rows} rows @param {Uint16Array} codes @param {string} id of a column @returns {(i: number) => Value} */
function valuesBy(rows, codes, id) {
  if (id === "territory") return (i) => (codes[i] === NOWHERE ? null : codes[i]);
  const column = rows.columns.find((one) => one.id === id);
  if (!column) return (i) => rows.names[i];
  if (column.kind === "text") return (i) => column.texts[column.values[i]];
  return (i) => (Number.isNaN(column.values[i]) ? null : column.values[i]);
}

// The rows that fit all filters, in the order given.
/**
 * @param {Uint32Array} sorted @param {Omit<ListLook, "sort" | "active" | "top">} look
 * @param {{ territories: Owner[], codes: Uint16Array, was: Uint16Array, chosen: Uint8Array, locked: Uint8Array, haystack: string[] | null }} data
 */
export function fitting(sorted, look, { territories, codes, was, chosen, locked, haystack }) {
  const wanted = look.text.trim().toLowerCase();
  const code = look.where === "none" ? NOWHERE : territories.findIndex(([id]) => id === look.where);
  return sorted.filter((i) =>
    (look.where === "all" || codes[i] === code) && (!look.isChosen || chosen[i] === 1)
    && (!look.isLocked || locked[i] === 1) && (!look.isChanged || was[i] !== codes[i])
    && (!haystack || haystack[i].includes(wanted)));
}
