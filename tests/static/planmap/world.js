// Three counties on a line and four accounts, as blocks; one of the counties has a hole.
//
//  3 ┌─────┐
//    │  ┌┐ │        West 0–3 with a hole from 1 to 2, Middle 3–4, East 4–5,
//    │  └┘ ├──┬──┐  in degrees east and north of 0° 0°
//  0 └─────┴──┴──┘

/** @import { MapData, Places, Shapes } from "../../../static/planmap/types.js" */
import { decode } from "../../../static/planmap/layers.js";
import { pack } from "../block.js";

/** @param {number} west @param {number} south @param {number} east @param {number} north @returns {number[]} lon, lat … closed */
const ring = (west, south, east, north) => [west, south, east, south, east, north, west, north, west, south];

// West's shell bears the corner at which Middle begins, so that they share the edge.
const SHELL = [0, 0, 3, 0, 3, 1, 3, 3, 0, 3, 0, 0];
const RINGS = [SHELL, ring(1, 1, 2, 2), ring(3, 0, 4, 1), ring(4, 0, 5, 1)];

export function counties() {
  const starts = RINGS.map((_, r) => RINGS.slice(0, r).flat().length / 2);
  const header = {
    kind: "shapes", version: "00000000000000aa", ids: ["W", "M", "E"], names: ["West", "Middle", "East"],
    facts: [["State", ["Ohio", "Iowa", ""]]],
  };
  return /** @type {Shapes} */ (decode(pack(header, {
    lonlat: ["<f4", RINGS.flat()], ringStart: ["<u4", [...starts, RINGS.flat().length / 2]], unitStart: ["<u4", [0, 2, 3, 4]], fact0: ["<u4", [0, 0, 2]],
  })));
}

/** @param {[lon: number, lat: number][]} lonlat */
export function accounts(lonlat) {
  const ids = lonlat.map((_, i) => `A${i + 1}`);
  const header = { kind: "places", version: "00000000000000bb", ids, names: ids, facts: [] };
  return /** @type {Places} */ (decode(pack(header, { lonlat: ["<f4", lonlat.flat()] })));
}

/** @param {Partial<MapData>} changes @returns {MapData} */
export function mapData(changes = {}) {
  return {
    key: "map", height: 400, events: [], seen: 0, texts: {}, keys: [], hands: [], label: "Map", layers: {},
    unitCodes: null, parts: null, partNames: [], partTold: [], pointCodes: null, pointParts: null, pointSize: null,
    legendTitle: "", legendOpen: true, legend: [], unassigned: "", unassignedCount: "", outlines: [], lines: [], homes: [],
    fit: null, home: null, borders: true, distanceUnit: "km", title: "", subtitle: "", tileUrl: "", attribution: "",
    marks: {
      selectedUnits: null, selectedPoints: null, lockedUnits: null, lockedPoints: null, lockedParts: [],
      pendingUnits: null, pendingPoints: null, barriers: [], market: null, marketLabel: "",
    },
    ...changes,
  };
}

/** @param {string} short @returns {MapData["legend"][number]} */
export const entry = (short) => ({ label: `${short} Reyes`, short, count: "12", colour: "#77AADD", dark: "#335577", bar: null });
