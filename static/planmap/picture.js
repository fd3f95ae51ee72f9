// The map as one picture: title, day, what is in view, legend, scale. For the file and
// for paper; made here, so that no request leaves the machine.

/** @import { Load, MapData, Pen, Row } from "./types.js" */
/** @import { PlanMap } from "./map.js" */
/** @import { Point } from "leaflet" */
const version = new URL(import.meta.url).search;
/** @type {Load} */
const load = (name) => import(`./${name}.js${version}`);
const [{ paintScene, LIGHT }, { rowsOf }, { FONT, penOf }] = await Promise.all([load("canvas"), load("legend"), load("marks")]);
const SHARP = 2; // picture pixels per screen pixel
const EDGE = 16, HEAD = 56, ROW = 22, COLUMN = 232;
const HIDDEN = 0.35;
const PAPER = "#FFFFFF", INK = "#1F2933", QUIET = "#5B6670", RULE = "#DAD9D2";

/** @param {PlanMap} host */
export function compose(host) {
  const { map, data, scene } = host;
  const size = map.getSize();
  const rows = rowsOf(data);
  const notes = data.marks.marketLabel ? 1 : 0;
  const perColumn = Math.max(6, Math.floor(size.y / ROW) - 1 - notes);
  const columns = Math.ceil(rows.length / perColumn);
  const wide = EDGE + size.x + EDGE + columns * COLUMN;
  const high = HEAD + size.y + EDGE;
  const made = document.createElement("canvas");
  made.width = Math.round(wide * SHARP);
  made.height = Math.round(high * SHARP);
  const ctx = penOf(made);
  ctx.scale(SHARP, SHARP);
  ctx.fillStyle = PAPER;
  ctx.fillRect(0, 0, wide, high);
  paintHead(ctx, data, wide);
  ctx.save();
  ctx.translate(EDGE, HEAD);
  paintMap(ctx, host, size);
  paintScale(ctx, host, size);
  ctx.restore();
  paintLegend(ctx, data, scene.hidden, rows, perColumn, EDGE * 2 + size.x);
  return made;
}

/** @param {PlanMap} host @returns {Promise<string>} the file's name */
export async function download(host) {
  const name = fileName(host.data.title, new Date());
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => compose(host).toBlob(resolve, "image/png"));
  if (!blob) throw new Error("the browser made no picture of the map: make its window smaller and save again");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  return name;
}

// Letters and digits of any script stay; what a file system may refuse does not.
/** @param {string} title @param {Date} day */
export function fileName(title, day) {
  const safe = title.normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 80);
  const two = (/** @type {number} */ value) => String(value).padStart(2, "0");
  return `${safe || "map"}-${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}.png`;
}

/** @param {Pen} ctx @param {MapData} data @param {number} wide */
function paintHead(ctx, data, wide) {
  ctx.textBaseline = "alphabetic";
  ctx.textAlign = "left";
  ctx.fillStyle = INK;
  ctx.font = `650 18px ${FONT}`;
  ctx.fillText(data.title || data.label, EDGE, 28, wide - 2 * EDGE);
  const day = new Date().toLocaleDateString(undefined, { day: "numeric", month: "short", year: "numeric" });
  ctx.fillStyle = QUIET;
  ctx.font = `400 13px ${FONT}`;
  ctx.fillText([data.subtitle, day].filter(Boolean).join(" · "), EDGE, 47, wide - 2 * EDGE);
}

// Paper is light, whatever the screen is; tiles of another host may not be read back.
/** @param {Pen} ctx @param {PlanMap} host @param {Point} size */
function paintMap(ctx, { map, scene }, size) {
  const zoom = map.getZoom();
  const scale = 256 * 2 ** zoom;
  const origin = map.getPixelOrigin().add(map.containerPointToLayerPoint([0, 0]));
  ctx.save();
  ctx.beginPath();
  ctx.rect(0, 0, size.x, size.y);
  ctx.clip();
  ctx.fillStyle = LIGHT.water;
  ctx.fillRect(0, 0, size.x, size.y);
  paintScene(ctx, {
    scale, zoom, ox: origin.x, oy: origin.y, width: size.x, height: size.y, ratio: SHARP,
    west: origin.x / scale, north: origin.y / scale,
    east: (origin.x + size.x) / scale, south: (origin.y + size.y) / scale,
  }, { ...scene, theme: LIGHT, hasTiles: false });
  ctx.restore();
  ctx.strokeStyle = RULE;
  ctx.lineWidth = 1;
  ctx.strokeRect(0.5, 0.5, size.x - 1, size.y - 1);
}

// The bar on the screen, as it stands.
/** @param {Pen} ctx @param {PlanMap} host @param {Point} size */
function paintScale(ctx, host, size) {
  const bar = host.box.querySelector(".leaflet-control-scale-line");
  if (!(bar instanceof HTMLElement)) return;
  const wide = bar.offsetWidth, x = 12, y = size.y - 14;
  ctx.strokeStyle = QUIET;
  ctx.lineWidth = 1.5;
  ctx.beginPath();
  ctx.moveTo(x, y - 8);
  ctx.lineTo(x, y);
  ctx.lineTo(x + wide, y);
  ctx.lineTo(x + wide, y - 8);
  ctx.stroke();
  ctx.fillStyle = INK;
  ctx.font = `400 11px ${FONT}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "alphabetic";
  ctx.fillText(bar.textContent ?? "", x + 4, y - 4);
}

/**
 * @param {Pen} ctx @param {MapData} data @param {Set<number>} hidden
 * @param {Row[]} rows @param {number} perColumn @param {number} left
 */
function paintLegend(ctx, data, hidden, rows, perColumn, left) {
  if (!rows.length) return;
  ctx.textBaseline = "middle";
  ctx.textAlign = "left";
  ctx.fillStyle = INK;
  ctx.font = `650 13px ${FONT}`;
  ctx.fillText(data.legendTitle || data.texts.legend, left, HEAD + 8, COLUMN - EDGE);
  rows.forEach((row, i) => {
    const x = left + Math.floor(i / perColumn) * COLUMN;
    const y = HEAD + ROW * ((i % perColumn) + 1) + ROW / 2;
    ctx.globalAlpha = hidden.has(row.code) ? HIDDEN : 1;
    ctx.fillStyle = row.colour ?? PAPER;
    ctx.strokeStyle = row.dark ?? QUIET;
    ctx.lineWidth = 1;
    ctx.fillRect(x, y - 6, 12, 12);
    ctx.strokeRect(x + 0.5, y - 5.5, 11, 11);
    ctx.font = `400 13px ${FONT}`;
    ctx.textAlign = "right";
    ctx.fillStyle = QUIET;
    ctx.fillText(row.count, x + COLUMN - EDGE, y);
    const room = COLUMN - EDGE - 20 - 8 - ctx.measureText(row.count).width;
    ctx.textAlign = "left";
    ctx.fillStyle = INK;
    ctx.fillText(fitted(ctx, row.label, room), x + 20, y - (row.bar === null ? 0 : 1));
    if (row.bar !== null && row.colour) {
      ctx.fillStyle = row.colour;
      ctx.fillRect(x + 20, y + 7, (COLUMN - EDGE - 20) * row.bar, 3);
    }
  });
  ctx.globalAlpha = 1;
  if (!data.marks.marketLabel) return;
  const y = HEAD + ROW * (Math.min(perColumn, rows.length) + 1) + ROW / 2;
  ctx.beginPath();
  ctx.arc(left + 6, y, 5.5, 0, 2 * Math.PI);
  ctx.strokeStyle = INK;
  ctx.stroke();
  ctx.fillStyle = INK;
  ctx.fillText(fitted(ctx, data.marks.marketLabel, COLUMN - EDGE - 20), left + 20, y);
}

/** @param {Pick<Pen, "measureText">} ctx @param {string} text @param {number} room pixels */
export function fitted(ctx, text, room) {
  if (ctx.measureText(text).width <= room) return text;
  const signs = [...text];
  while (signs.length && ctx.measureText(`${signs.join("")}…`).width > room) signs.pop();
  return `${signs.join("")}…`;
}
