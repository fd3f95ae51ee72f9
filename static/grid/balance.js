// Entry of the tables: keeps one per place on the page, so that a rerun only patches
// it, and tells Python what the user did.

/** @import { Component, ListData, Load, TerritoryData } from "./types.js" */
/** @import { ListTable as List } from "./list.js" */
/** @import { TerritoryTable as Territories } from "./territories.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [{ addSheet, element }, { TerritoryTable }, { ListTable }, rows] = await Promise.all([
  load("parts"), load("territories"), load("list"), load("rows"),
]);

/** @typedef {Component<unknown>["parentElement"]} Place */
/** @typedef {{ table: List, role: "list" } | { table: Territories, role: "territories" }} Kept */
/** @type {Map<Place, Kept & { styled: Promise<unknown> }>} */
const tables = new Map();

// Streamlit calls what a run returns also when a newer run overtakes it: what stands
// there goes only with its place, or the table would be built anew and lose the focus.
/** @param {Component<any>} component @param {string} root of the static files @param {"territories" | "list" | "store"} role */
export async function render(component, root, role) {
  const { parentElement } = component;
  const host = hostOf(parentElement);
  if (role === "store") renderStore(component);
  else await renderTable(component, root, role);
  const leave = () => {
    if (host.isConnected) return;
    if (role === "store") rows.release(parentElement);
    else removeTable(parentElement);
  };
  return () => {
    leave();
    setTimeout(leave, 1000); // should it be called before the place is gone
  };
}

/** @param {Place} place */
function hostOf(place) {
  return "host" in place ? place.host : place;
}

/** @param {Component<any>} component @param {string} root @param {Kept["role"]} role */
async function renderTable({ parentElement, data, setTriggerValue }, root, role) {
  const kept = tables.get(parentElement) ?? addTable(parentElement, data, root, role);
  await kept.styled;
  if (kept.role === "list") kept.table.update(/** @type {ListData} */ (data));
  else kept.table.update(/** @type {TerritoryData} */ (data));
  kept.table.post.send = (event) => setTriggerValue("event", event);
  kept.table.post.heard(data.heard);
}

/** @param {Place} place @param {any} data @param {string} root @param {Kept["role"]} role */
function addTable(place, data, root, role) {
  const box = element("div", "bt-root");
  const styled = addSheet(place, `${root}grid/balance.css${version}`).then(() => place.append(box));
  const kept = role === "list"
    ? { role, table: new ListTable(box, data), styled }
    : { role, table: new TerritoryTable(box, data), styled };
  tables.set(place, kept);
  return kept;
}

/** @param {Place} place */
function removeTable(place) {
  tables.get(place)?.table.destroy();
  tables.delete(place);
}

/** @param {Component<Uint8Array>} component */
function renderStore({ data, parentElement }) {
  const outer = hostOf(parentElement).closest('[data-testid="stElementContainer"]');
  if (outer instanceof HTMLElement) outer.style.display = "none";
  if (!rows.keep(parentElement, data)) return;
  for (const { role, table } of tables.values()) {
    if (role === "list" && table.isWaiting) table.update(table.data);
  }
}
