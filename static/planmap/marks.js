// What stands at a place: accounts, routes, homes, locks, circles of the market, names.

const version = new URL(import.meta.url).search;
const { NONE } = await import(`./layers.js${version}`);
export const DIM = 0.12;
export const FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";
const CROWD = 20000; // accounts in view from which each is only a speck
const LOCK_ZOOM = 7.5; // from here on accounts bear theirs
const LOCK_ROOM = 15; // pixels a unit must be wide to bear its lock
const MOST_CIRCLE = 18; // pixels, radius of the largest circle at the first look

export function pointRadius(zoom, n) {
  const base = n > 20000 ? 1.4 : n > 5000 ? 1.9 : n > 800 ? 2.5 : 3.6;
  return Math.min(8, base * 1.22 ** Math.max(0, zoom - 6));
}

export function paintPoints(ctx, view, scene) {
  const { layer, codes, size } = scene.points;
  const { legend, hidden, theme } = scene;
  const radius = pointRadius(view.zoom, layer.n);
  const isOnFill = Boolean(scene.units?.codes);
  // On the fill of their own class points are a shade of it; else they keep its colour.
  const isShaded = isOnFill && !theme.isDark && !scene.units.isMixed;
  const groups = new Map();
  let n = 0;
  for (let i = 0; i < layer.n; i++) {
    const x = layer.xy[2 * i], y = layer.xy[2 * i + 1];
    if (x < view.west || x > view.east || y < view.north || y > view.south) continue;
    const code = codes ? codes[i] : NONE;
    if (!groups.has(code)) groups.set(code, []);
    groups.get(code).push(i);
    n += 1;
  }
  const isCrowd = n > CROWD;
  const crowd = isCrowd ? makeCrowd(view, radius) : null;
  for (const [code, members] of groups) {
    const entry = legend[code];
    const fill = entry ? (isShaded ? entry.dark : entry.colour) : theme.quiet;
    if (isCrowd) {
      crowd.add(layer.xy, members, fill, hidden.has(code) ? DIM : 1);
      continue;
    }
    ctx.globalAlpha = hidden.has(code) ? DIM : 1;
    ctx.fillStyle = fill;
    ctx.beginPath();
    for (const i of members) {
      const r = size ? radius * (0.5 + 2 * Math.sqrt(size[i] / 255)) : radius;
      const x = layer.xy[2 * i] * view.scale - view.ox, y = layer.xy[2 * i + 1] * view.scale - view.oy;
      ctx.moveTo(x + r, y);
      ctx.arc(x, y, r, 0, 2 * Math.PI);
    }
    if (isOnFill) {
      ctx.strokeStyle = theme.casing;
      ctx.lineWidth = isShaded || theme.isDark ? 1.4 : 3;
      ctx.stroke();
    }
    if (!isShaded && !(isOnFill && theme.isDark)) {
      ctx.strokeStyle = entry?.dark ?? theme.quiet;
      ctx.lineWidth = 1;
      ctx.stroke();
    }
    ctx.fill();
  }
  crowd?.paint(ctx);
  ctx.globalAlpha = 1;
  const { lockedPoints, pendingPoints } = scene.marks;
  if (pendingPoints || (lockedPoints && !isCrowd)) {
    for (const members of groups.values()) {
      for (const i of members) {
        if (pendingPoints?.(i)) ring(ctx, view, scene, layer, i, radius + 2.5);
        if (lockedPoints?.(i) && view.zoom >= LOCK_ZOOM) {
          const x = layer.xy[2 * i] * view.scale - view.ox, y = layer.xy[2 * i + 1] * view.scale - view.oy;
          lock(ctx, theme, x + radius + 3, y - radius - 3, 7);
        }
      }
    }
  }
  for (const i of scene.selectedPoints) ring(ctx, view, scene, layer, i, radius + 3);
}

// No clusters: a crowd of specks shows where accounts are dense, and each keeps its
// colour and can be pointed at. Set pixel by pixel: a hundred thousand calls to the
// canvas take a third of a second, this takes a few milliseconds.
function makeCrowd(view, radius) {
  const canvas = document.createElement("canvas");
  const wide = (canvas.width = Math.max(1, Math.round(view.width * view.ratio)));
  const high = (canvas.height = Math.max(1, Math.round(view.height * view.ratio)));
  const pen = canvas.getContext("2d");
  const image = pen.createImageData(wide, high);
  const pixels = new Uint32Array(image.data.buffer);
  const side = Math.max(1, Math.round(radius * view.ratio * 1.2));
  const kx = wide / view.width, ky = high / view.height;
  return {
    add(xy, members, colour, alpha) {
      const [r, g, b] = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));
      const value = ((Math.round(alpha * 255) << 24) | (b << 16) | (g << 8) | r) >>> 0;
      for (const i of members) {
        const left = Math.round((xy[2 * i] * view.scale - view.ox) * kx - side / 2);
        const top = Math.round((xy[2 * i + 1] * view.scale - view.oy) * ky - side / 2);
        for (let y = Math.max(0, top); y < Math.min(high, top + side); y++) {
          for (let x = Math.max(0, left); x < Math.min(wide, left + side); x++) pixels[y * wide + x] = value;
        }
      }
    },
    paint(ctx) {
      pen.putImageData(image, 0, 0);
      ctx.globalAlpha = 1;
      ctx.drawImage(canvas, 0, 0, view.width, view.height);
    },
  };
}

function ring(ctx, view, scene, layer, i, r) {
  ctx.beginPath();
  ctx.arc(layer.xy[2 * i] * view.scale - view.ox, layer.xy[2 * i + 1] * view.scale - view.oy, r, 0, 2 * Math.PI);
  ctx.strokeStyle = scene.theme.casing;
  ctx.lineWidth = 4;
  ctx.stroke();
  ctx.strokeStyle = scene.theme.accent;
  ctx.lineWidth = 2;
  ctx.stroke();
}

export function paintLine(ctx, view, scene, line) {
  ctx.beginPath();
  line.path.forEach(([x, y], i) => {
    const at = [x * view.scale - view.ox, y * view.scale - view.oy];
    if (i) ctx.lineTo(...at);
    else ctx.moveTo(...at);
  });
  ctx.strokeStyle = scene.theme.casing;
  ctx.lineWidth = 5;
  ctx.stroke();
  ctx.strokeStyle = line.colour;
  ctx.lineWidth = 2.5;
  ctx.stroke();
  ctx.font = `600 11px ${FONT}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  line.stops.forEach((stop, i) => {
    const x = stop.xy[0] * view.scale - view.ox, y = stop.xy[1] * view.scale - view.oy;
    ctx.beginPath();
    ctx.arc(x, y, 9.5, 0, 2 * Math.PI);
    ctx.fillStyle = line.colour;
    ctx.strokeStyle = scene.theme.casing;
    ctx.lineWidth = 3;
    ctx.stroke();
    ctx.fill();
    ctx.fillStyle = line.ink;
    ctx.fillText(String(i + 1), x, y + 0.5);
  });
}

export function paintHome(ctx, view, scene, home) {
  const x = home.xy[0] * view.scale - view.ox, y = home.xy[1] * view.scale - view.oy;
  ctx.beginPath();
  for (const [dx, dy] of [[-5, 6], [-5, -1], [-7, -1], [0, -8], [7, -1], [5, -1], [5, 6]]) {
    ctx.lineTo(x + dx, y + dy);
  }
  ctx.closePath();
  ctx.strokeStyle = scene.theme.casing;
  ctx.lineWidth = 3.5;
  ctx.stroke();
  ctx.fillStyle = scene.theme.ink;
  ctx.fill();
}

// A closed padlock, `size` pixels high, its middle at the place.
export function lock(ctx, theme, x, y, size) {
  const wide = size * 0.78, high = size * 0.52, top = y - high * 0.1, r = wide * 0.29;
  ctx.beginPath();
  ctx.moveTo(x - r, top);
  ctx.lineTo(x - r, top - size * 0.12);
  ctx.arc(x, top - size * 0.12, r, Math.PI, 0);
  ctx.lineTo(x + r, top);
  ctx.rect(x - wide / 2, top, wide, high);
  ctx.strokeStyle = theme.casing;
  ctx.lineWidth = size * 0.36;
  ctx.stroke();
  ctx.strokeStyle = theme.ink;
  ctx.lineWidth = size * 0.13;
  ctx.stroke();
  ctx.fillStyle = theme.ink;
  ctx.fillRect(x - wide / 2, top, wide, high);
}

export function paintLocks(ctx, view, scene) {
  const isLocked = scene.marks.lockedUnits;
  if (!isLocked) return;
  const { layer } = scene.units;
  for (let u = 0; u < layer.n; u++) {
    if (!isLocked(u)) continue;
    const wide = (layer.box[4 * u + 2] - layer.box[4 * u]) * view.scale;
    const x = layer.middle[2 * u] * view.scale - view.ox, y = layer.middle[2 * u + 1] * view.scale - view.oy;
    if (wide < LOCK_ROOM || x < -20 || y < -20 || x > view.width + 20 || y > view.height + 20) continue;
    lock(ctx, scene.theme, x, y, Math.min(14, 6 + wide / 12));
  }
}

// Area tells the value; the largest are as wide as their neighbours' middles are apart.
export function paintMarket(ctx, view, scene) {
  const { market } = scene.marks;
  if (!market) return;
  const { layer } = scene.units;
  const most = Math.min(60, MOST_CIRCLE * 1.4 ** Math.max(-2, view.zoom - 5));
  ctx.beginPath();
  for (let u = 0; u < layer.n; u++) {
    if (!market[u]) continue;
    const r = most * Math.sqrt(market[u] / 255);
    const x = layer.middle[2 * u] * view.scale - view.ox, y = layer.middle[2 * u + 1] * view.scale - view.oy;
    if (x < -r || y < -r || x > view.width + r || y > view.height + r) continue;
    ctx.moveTo(x + r, y);
    ctx.arc(x, y, r, 0, 2 * Math.PI);
  }
  ctx.fillStyle = ctx.strokeStyle = scene.theme.ink;
  ctx.globalAlpha = 0.12;
  ctx.fill();
  ctx.globalAlpha = 0.7;
  ctx.lineWidth = 1;
  ctx.stroke();
  ctx.globalAlpha = 1;
}

// --- names: strong ones first, no two over each other ---------------------------

export function paintLabels(ctx, view, scene) {
  const taken = [];
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  const place = (text, x, y, size, weight, colour, shifts, isLocked) => {
    ctx.font = `${weight} ${size}px ${FONT}`;
    const room = isLocked ? size : 0; // for the lock behind the name
    const half = (ctx.measureText(text).width + room) / 2 + 2;
    const px = x * view.scale - view.ox, py = y * view.scale - view.oy;
    if (px < -half || py < -size || px > view.width + half || py > view.height + size) return;
    for (const shift of shifts) {
      const box = [px - half, py + shift - size * 0.65, px + half, py + shift + size * 0.65];
      if (taken.some((b) => box[0] < b[2] && b[0] < box[2] && box[1] < b[3] && b[1] < box[3])) continue;
      taken.push(box);
      ctx.strokeStyle = scene.theme.halo;
      ctx.lineWidth = weight > 600 ? 3.5 : 2.5;
      ctx.globalAlpha = weight > 600 ? 1 : 0.6;
      ctx.strokeText(text, px - room / 2, py + shift);
      ctx.globalAlpha = 1;
      ctx.fillStyle = colour;
      ctx.fillText(text, px - room / 2, py + shift);
      if (isLocked) lock(ctx, scene.theme, px + half - 6, py + shift, 12);
      return;
    }
  };
  for (const { text, at, isDim } of scene.labels) {
    const colour = isDim ? scene.theme.quiet : scene.theme.ink;
    place(text, at[0], at[1], 13, 650, colour, [0, -14, 14, -28, 28], scene.marks.lockedParts.has(text));
  }
  if (!scene.base || view.zoom < 4) return;
  const { names, middle, box } = scene.base;
  names.forEach((name, u) => {
    const wide = (box[4 * u + 2] - box[4 * u]) * view.scale;
    if (wide > name.length * 8) {
      place(name.toUpperCase(), middle[2 * u], middle[2 * u + 1], 10, 500, scene.theme.quiet, [0, 16, -16]);
    }
  });
}
