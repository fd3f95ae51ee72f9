// Entry of the map component: keeps one map per place on the page, gives it the blocks
// that the stores hold, and tells Python what the user did.

/** @import { Component, Load, MapData } from "./types.js" */
/** @import { PlanMap } from "./map.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [blocks, { PlanMap: Board }, { element }] = await Promise.all([load("blocks"), load("map"), load("overlays")]);

/** @typedef {Component<MapData>["parentElement"]} Place */
/** @type {Map<Place, PlanMap>} */
const maps = new Map();
/** @type {WeakMap<Place, Promise<unknown>>} */
const styled = new WeakMap();
/** @type {Promise<unknown> | null} */
let leaflet = null;

// Streamlit calls what a run returns also when a newer run overtakes it: what stands
// there goes only with its place, or the map would be built anew and lose the focus.
/**
 * @param {Component<any>} component @param {string} root of the static files
 * @param {string} leafletVersion @param {"map" | "store"} role
 */
export async function render(component, root, leafletVersion, role) {
  const { parentElement } = component;
  const host = hostOf(parentElement);
  if (role === "store") renderStore(component);
  else await renderMap(component, root, leafletVersion);
  const leave = () => {
    if (host.isConnected) return;
    if (role === "store") blocks.release(parentElement);
    else removeMap(parentElement);
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

/** @param {Component<Uint8Array>} component */
function renderStore({ data, parentElement }) {
  const outer = hostOf(parentElement).closest('[data-testid="stElementContainer"]');
  if (outer instanceof HTMLElement) outer.style.display = "none";
  if (!blocks.keep(parentElement, data)) return;
  for (const map of maps.values()) if (map.isWaiting) map.update();
}

/** @param {Component<MapData>} component @param {string} root @param {string} leafletVersion */
async function renderMap({ parentElement: place, data, setTriggerValue }, root, leafletVersion) {
  leaflet ??= import(`${root}vendor/leaflet/leaflet.js?v=${leafletVersion}`);
  const sheets = [`vendor/leaflet/leaflet.css?v=${leafletVersion}`, `planmap/planmap.css${version}`];
  if (!styled.has(place)) styled.set(place, Promise.all(sheets.map((address) => addSheet(place, root + address))));
  await Promise.all([leaflet, styled.get(place)]);
  let map = maps.get(place);
  if (!map) {
    map = new Board(place, data);
    maps.set(place, map);
  }
  map.outbox.transmit = (events) => setTriggerValue("event", events);
  map.outbox.answered(data.seen);
  map.show(data);
}

/** @param {Place} place @param {string} address */
function addSheet(place, address) {
  return new Promise((resolve) => {
    const link = element("link");
    link.rel = "stylesheet";
    link.href = address;
    link.onload = link.onerror = resolve;
    place.append(link);
  });
}

/** @param {Place} place */
function removeMap(place) {
  maps.get(place)?.destroy();
  maps.delete(place);
}
