// What one rerun sends, read into what is drawn: places in world coordinates, classes as
// bytes, marks as questions.

const version = new URL(import.meta.url).search;
const [layers, { LIGHT, DARK }] = await Promise.all(
  ["layers", "canvas"].map((name) => import(`./${name}.js${version}`)),
);

export function readScene(data, blocks, hidden, isNight) {
  const layer = (name) => blocks[data.layers[name]] ?? null;
  const units = layer("units") && { layer: layer("units"), codes: codesOf(data.unitCodes) };
  if (units) Object.assign(units, { isMixed: data.parts !== null, parts: codesOf(data.parts) ?? units.codes });
  const points = layer("points") && {
    layer: layer("points"), size: bytesOf(data.pointSize),
    codes: codesOf(data.pointCodes, layer("codes")), parts: codesOf(data.pointParts, layer("parts")),
  };
  const withPlace = (thing) => ({ ...thing, xy: layers.mercator(...thing.at) });
  const scene = {
    units, points, base: layer("base"), legend: data.legend, hidden,
    theme: isNight ? DARK : LIGHT,
    hasBorders: data.borders, hasTiles: Boolean(data.tileUrl), bordersOf: layers.borders,
    outlines: data.outlines.map((line) => ({
      ...line, rings: line.rings.map((ring) => ring.map((at) => layers.mercator(...at))),
    })),
    lines: data.lines.map((line) => ({
      ...line, ink: inkOn(line.colour), path: line.path.map((at) => layers.mercator(...at)),
      stops: line.stops.map(withPlace),
    })),
    homes: data.homes.map(withPlace),
    selectedUnits: someOf(data.marks.selectedUnits), selectedPoints: someOf(data.marks.selectedPoints), labels: [],
    marks: readMarks(data.marks, units?.layer.n ?? 0),
  };
  scene.labels = labelsOf(scene, data);
  return scene;
}

// Names on the map: of territories in the middle of their units, and of outlines.
export function labelsOf(scene, data) {
  const { hidden } = scene;
  const labels = [];
  if (scene.units?.codes) {
    const isOwn = data.parts === null; // the classes are what the units belong to
    const names = isOwn ? data.legend.map(({ short }) => short) : data.partNames;
    const places = layers.labelPlaces(scene.units.layer, scene.units.parts, names.length);
    places.forEach((at, code) => {
      const text = names[code];
      if (at && text) labels.push({ text, at, isDim: isOwn && hidden.has(code) });
    });
  }
  for (const line of scene.outlines) {
    const all = line.rings.flat();
    if (!line.label || !all.length) continue;
    const mean = (i) => all.reduce((sum, at) => sum + at[i], 0) / all.length;
    labels.push({ text: line.label, at: [mean(0), mean(1)], isDim: false });
  }
  return labels;
}

// The first look, in world coordinates: west, north, east, south.
export function extentOf(scene, data) {
  if (data.fit) {
    const [west, south] = layers.mercator(data.fit[0], data.fit[1]);
    const [east, north] = layers.mercator(data.fit[2], data.fit[3]);
    return [west, north, east, south];
  }
  const boxes = [];
  const around = (at) => boxes.push([at[0], at[1], at[0], at[1]]);
  scene.lines.forEach((line) => {
    line.path.forEach(around);
    line.stops.forEach((stop) => around(stop.xy));
  });
  scene.outlines.forEach((line) => line.rings.flat().forEach(around));
  if (!boxes.length) scene.homes.forEach((home) => around(home.xy));
  if (scene.points?.layer.n) boxes.push(scene.points.layer.extent);
  if (scene.units?.codes && scene.units.layer.n) boxes.push(scene.units.layer.extent);
  if (!boxes.length) for (const of of [scene.units?.layer, scene.base]) if (of?.n) boxes.push(of.extent);
  if (!boxes.length) return null;
  return boxes.reduce((a, b) => [
    Math.min(a[0], b[0]), Math.min(a[1], b[1]), Math.max(a[2], b[2]), Math.max(a[3], b[3]),
  ]);
}

// Of a crowd the classes stand in a block, and only what differs from it is told.
function codesOf(told, sent) {
  if (!told) return null;
  const bytes = bytesOf(told.codes);
  const codes = layers.widened(told.bytes > 1 ? new Uint16Array(bytes.buffer) : bytes);
  if (told.places === null) return codes;
  const all = sent.codes.slice();
  new Uint32Array(bytesOf(told.places).buffer).forEach((i, nth) => (all[i] = codes[nth]));
  return all;
}

function bytesOf(text) {
  if (text === null) return null;
  const signs = atob(text);
  const bytes = new Uint8Array(signs.length);
  for (let i = 0; i < signs.length; i++) bytes[i] = signs.charCodeAt(i);
  return bytes;
}

// Places as numbers, or a bit for each thing of the layer.
function someOf(sent) {
  if (!sent) return new Set();
  const bytes = bytesOf(sent.places ?? sent.bits);
  if (sent.places) return new Set(new Uint32Array(bytes.buffer));
  const found = new Set();
  for (let i = 0; i < bytes.length * 8; i++) if ((bytes[i >> 3] >> (i & 7)) & 1) found.add(i);
  return found;
}

function askOf(sent) {
  const some = sent && someOf(sent);
  return some && ((i) => some.has(i));
}

function readMarks(sent, n) {
  return {
    n, // of units: a pair of them is one number
    lockedUnits: askOf(sent.lockedUnits), lockedPoints: askOf(sent.lockedPoints),
    pendingUnits: askOf(sent.pendingUnits), pendingPoints: askOf(sent.pendingPoints),
    lockedParts: new Set(sent.lockedParts), market: bytesOf(sent.market),
    pairs: new Set(sent.barriers.map(([a, b]) => Math.min(a, b) * n + Math.max(a, b))),
  };
}

export function isDark(host) {
  const colour = getComputedStyle(host).getPropertyValue("--st-background-color").trim();
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})/i.exec(colour);
  const parts = hex ? hex.slice(1).map((x) => parseInt(x, 16)) : (colour.match(/\d+/g) ?? [255, 255, 255]).map(Number);
  return parts[0] * 0.3 + parts[1] * 0.59 + parts[2] * 0.11 < 128;
}

function inkOn(colour) {
  const [r, g, b] = [1, 3, 5].map((i) => parseInt(colour.slice(i, i + 2), 16));
  return r * 0.3 + g * 0.59 + b * 0.11 > 150 ? "#1F2933" : "#FFFFFF";
}
