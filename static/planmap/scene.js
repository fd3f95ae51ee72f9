// What one rerun sends, read into what is drawn: places in world coordinates, classes as
// bytes, marks as questions.

/** @import { Ask, Classes, Extent, Label, LatLon, Layer, Load, MapData, Marks, Place, Places, Scene, SentCodes, SentMarks, SentSome, Shapes, World } from "./types.js" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [layers, { labelPlaces }, { LIGHT, DARK }] = await Promise.all([load("layers"), load("shapes"), load("canvas")]);

/** @param {LatLon} at @returns {World} */
const world = ([lat, lon]) => layers.mercator(lat, lon);

/**
 * @param {MapData} data @param {Record<string, Layer>} blocks by version
 * @param {Set<number>} hidden @param {boolean} isNight
 * @returns {Scene}
 */
export function readScene(data, blocks, hidden, isNight) {
  const named = (/** @type {keyof MapData["layers"]} */ name) => blocks[data.layers[name] ?? ""] ?? null;
  const [base, shapes] = /** @type {(Shapes | null)[]} */ ([named("base"), named("units")]);
  const [places, towns] = /** @type {(Places | null)[]} */ ([named("points"), named("towns")]);
  const [codes, parts] = /** @type {(Classes | null)[]} */ ([named("codes"), named("parts")]);
  const unitCodes = codesOf(data.unitCodes);
  const withPlace = (/** @type {Place} */ thing) => ({ ...thing, xy: world(thing.at) });
  /** @type {Scene} */
  const scene = {
    units: shapes && {
      layer: shapes, codes: unitCodes, parts: codesOf(data.parts) ?? unitCodes, isMixed: data.parts !== null,
    },
    points: places && {
      layer: places, codes: codesOf(data.pointCodes, codes), parts: codesOf(data.pointParts, parts),
      size: data.pointSize === null ? null : bytesOf(data.pointSize),
    },
    base, towns, legend: data.legend, hidden, theme: isNight ? DARK : LIGHT,
    hasBorders: data.borders, hasTiles: Boolean(data.tileUrl),
    outlines: data.outlines.map((line) => ({ ...line, rings: line.rings.map((ring) => ring.map(world)) })),
    lines: data.lines.map((line) => ({
      ...line, ink: inkOn(line.colour), path: line.path.map(world), stops: line.stops.map(withPlace),
    })),
    homes: data.homes.map(withPlace),
    selectedUnits: someOf(data.marks.selectedUnits), selectedPoints: someOf(data.marks.selectedPoints), labels: [],
    marks: readMarks(data.marks, shapes?.n ?? 0),
  };
  scene.labels = labelsOf(scene, data);
  return scene;
}

// Names on the map: of territories in the middle of their units, and of outlines.
/** @param {Scene} scene @param {MapData} data @returns {Label[]} */
export function labelsOf(scene, data) {
  const { hidden, units } = scene;
  /** @type {Label[]} */
  const labels = [];
  if (units?.codes && units.parts) {
    const isOwn = data.parts === null; // the classes are what the units belong to
    const names = isOwn ? data.legend.map(({ short }) => short) : data.partNames;
    const places = labelPlaces(units.layer, units.parts, names.length);
    places.forEach((at, code) => {
      const text = names[code];
      if (at && text) labels.push({ text, at, isDim: isOwn && hidden.has(code) });
    });
  }
  for (const line of scene.outlines) {
    const all = line.rings.flat();
    if (!line.label || !all.length) continue;
    const mean = (/** @type {0 | 1} */ i) => all.reduce((sum, at) => sum + at[i], 0) / all.length;
    labels.push({ text: line.label, at: [mean(0), mean(1)], isDim: false });
  }
  return labels;
}

// The first look, in world coordinates: west, north, east, south.
/** @param {Scene} scene @param {MapData} data @returns {Extent | null} */
export function extentOf(scene, data) {
  if (data.fit) {
    const [west, south] = layers.mercator(data.fit[0], data.fit[1]);
    const [east, north] = layers.mercator(data.fit[2], data.fit[3]);
    return [west, north, east, south];
  }
  const near = [
    ...scene.lines.flatMap((line) => [...line.path, ...line.stops.map((stop) => stop.xy)]),
    ...scene.outlines.flatMap((line) => line.rings.flat()),
  ];
  const places = near.length ? near : scene.homes.map((home) => home.xy);
  /** @type {Extent[]} */
  const boxes = places.map(([x, y]) => [x, y, x, y]);
  if (scene.points?.layer.n) boxes.push(scene.points.layer.extent);
  if (scene.units?.codes && scene.units.layer.n) boxes.push(scene.units.layer.extent);
  if (!boxes.length) for (const of of [scene.units?.layer, scene.base]) if (of?.n) boxes.push(of.extent);
  if (!boxes.length) return null;
  return boxes.reduce((a, b) => [
    Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3]),
  ]);
}

// Of a crowd the classes stand in a block, and only what differs from it is told.
/** @param {SentCodes | null} told @param {Classes | null} [sent] @returns {Uint16Array | null} */
function codesOf(told, sent) {
  if (!told) return null;
  const bytes = bytesOf(told.codes);
  const codes = layers.widened(told.bytes > 1 ? new Uint16Array(bytes.buffer) : bytes);
  if (told.places === null || !sent) return codes;
  const all = sent.codes.slice();
  new Uint32Array(bytesOf(told.places).buffer).forEach((i, nth) => { all[i] = codes[nth]; });
  return all;
}

/** @param {string} text base64 */
function bytesOf(text) {
  return Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0));
}

// Places as numbers, or a bit for each thing of the layer.
/** @param {SentSome | null} sent @returns {Set<number>} */
function someOf(sent) {
  if (!sent) return new Set();
  if (sent.places !== undefined) return new Set(new Uint32Array(bytesOf(sent.places).buffer));
  const bytes = bytesOf(sent.bits);
  /** @type {Set<number>} */
  const some = new Set();
  for (let i = 0; i < bytes.length * 8; i++) if ((bytes[i >> 3] >> (i & 7)) & 1) some.add(i);
  return some;
}

/** @param {SentSome | null} sent @returns {Ask} */
function askOf(sent) {
  const some = sent && someOf(sent);
  return some && ((i) => some.has(i));
}

/** @param {SentMarks} sent @param {number} n @returns {Marks} */
function readMarks(sent, n) {
  return {
    n, // of units: a pair of them is one number
    lockedUnits: askOf(sent.lockedUnits), lockedPoints: askOf(sent.lockedPoints),
    pendingUnits: askOf(sent.pendingUnits), pendingPoints: askOf(sent.pendingPoints),
    lockedParts: new Set(sent.lockedParts), market: sent.market === null ? null : bytesOf(sent.market),
    pairs: new Set(sent.barriers.map(([a, b]) => Math.min(a, b) * n + Math.max(a, b))),
  };
}

/** @param {Element} host */
export function isDark(host) {
  return isDarkColour(getComputedStyle(host).getPropertyValue("--st-background-color").trim());
}

/** @param {string} colour `#RRGGBB` or `rgb(…)`; anything else counts as light */
export function isDarkColour(colour) {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(colour);
  const parts = hex ? hex.slice(1).map((x) => parseInt(x, 16)) : (colour.match(/\d+/g) ?? [255, 255, 255]).map(Number);
  return parts[0] * 0.3 + parts[1] * 0.59 + parts[2] * 0.11 < 128;
}

/** @param {string} colour `#RRGGBB` */
function inkOn(colour) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  return r * 0.3 + g * 0.59 + b * 0.11 > 150 ? "#1F2933" : "#FFFFFF";
}
