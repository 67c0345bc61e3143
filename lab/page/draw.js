// Draws the plane: density, field, paths and their ends, the highlighted path, and the three arrows at x_t.

import { logDensity, noised } from './mixture.js';
import { SIDE, placeOf, tiltOn } from './model.js';
import { REACH } from './state.js';

/** The colours of each theme: one for each role, as in the lecture's figures (Okabe–Ito), and words dark enough to be read. */
export const LOOKS = {
  light: {
    ground: '#ffffff',
    panel: '#f7f7f5',
    ink: '#22262e',
    muted: '#5f646e',
    line: '#dddfe4',
    density: [140, 134, 184],
    free: '#009e73',
    gradient: '#0072b2',
    guided: '#d55e00',
    freeWord: '#00744f',
    gradientWord: '#00609a',
    guidedWord: '#ae4b00',
    target: '#56b4e9',
    other: '#777777',
    hybrid: '#22262e',
    overshoot: '#cc79a7',
    path: '#22262e',
    classes: ['#56b4e9', '#cc79a7', '#c9a400', '#777777'],
  },
  dark: {
    ground: '#12141a',
    panel: '#191c24',
    ink: '#e9eaee',
    muted: '#a4a9b5',
    line: '#333845',
    density: [104, 99, 160],
    free: '#009e73',
    gradient: '#1f86c6',
    guided: '#e69f00',
    freeWord: '#35c79b',
    gradientWord: '#6db7ea',
    guidedWord: '#eeb033',
    target: '#56b4e9',
    other: '#8d8d8d',
    hybrid: '#e9eaee',
    overshoot: '#cc79a7',
    path: '#e9eaee',
    classes: ['#56b4e9', '#cc79a7', '#f0e442', '#8d8d8d'],
  },
  print: {
    ground: '#ffffff',
    panel: '#ffffff',
    ink: '#000000',
    muted: '#444444',
    line: '#bbbbbb',
    density: [201, 198, 223],
    free: '#009e73',
    gradient: '#0072b2',
    guided: '#d55e00',
    freeWord: '#00744f',
    gradientWord: '#00609a',
    guidedWord: '#ae4b00',
    target: '#56b4e9',
    other: '#777777',
    hybrid: '#000000',
    overshoot: '#cc79a7',
    path: '#000000',
    classes: ['#56b4e9', '#cc79a7', '#c9a400', '#777777'],
  },
};

const CELL_AT = 2.5; // σ·|s| at which an arrow of the field fills its cell
const LONGEST = 2.6; // of the three arrows at x_t, in units of the plane
const GAIN = 1.5; // their length in units of σ·|s|
const PIXELS = 96; // of the density along a side
const CONTOURS = [-0.5, -2, -4.5]; // of the tilt: 1, 2 and 3 standard deviations of a Gaussian

/** The pixel of a point of the plane, on a picture of this size. */
export function pixel(x, y, size) {
  return [((x + REACH) / (2 * REACH)) * size, ((REACH - y) / (2 * REACH)) * size];
}

/** The point of the plane at a pixel. */
export function place(px, py, size) {
  return [(px / size) * 2 * REACH - REACH, REACH - (py / size) * 2 * REACH];
}

const pixels = (list, size) => Array.from(list, (v, i) => pixel(v, v, size)[i % 2]);

let lastDensity = { key: '', picture: null };

/** A picture of p_t, its square root as opacity, so that what is rare is seen too. */
function densityOf(frame, look) {
  const key = JSON.stringify([frame.mixture, frame.level, look.density]);
  if (lastDensity.key === key) return lastDensity.picture;
  const p = noised(frame.mixture, frame.level);
  const logs = new Float64Array(PIXELS * PIXELS);
  for (let i = 0; i < logs.length; i++) {
    logs[i] = logDensity(p, ...place((i % PIXELS) + 0.5, Math.floor(i / PIXELS) + 0.5, PIXELS));
  }
  const top = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  const picture = document.createElement('canvas');
  picture.width = picture.height = PIXELS;
  const context = picture.getContext('2d');
  const image = context.createImageData(PIXELS, PIXELS);
  for (let i = 0; i < logs.length; i++) {
    const u = Math.exp((logs[i] - top) / 2);
    image.data.set([...look.density, Math.round(200 * u)], 4 * i);
  }
  context.putImageData(image, 0, 0);
  lastDensity = { key, picture };
  return picture;
}

/** An arrow's head as a triangle whose tip is (x1, y1). */
function head(pen, x0, y0, x1, y1, length, style) {
  const angle = Math.atan2(y1 - y0, x1 - x0);
  const wing = (turn) => [x1 - length * Math.cos(angle + turn), y1 - length * Math.sin(angle + turn)];
  pen.polygon([x1, y1, ...wing(0.42), ...wing(-0.42)], style);
}

/** One layer of the field; `at` is where its vector lies among the six numbers of a point. */
function fieldLayer(pen, frame, at, times, size, style) {
  const cell = size / SIDE;
  const shafts = [];
  const heads = [];
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [vx, vy] = [frame.field[6 * i + at] * times, frame.field[6 * i + at + 1] * times];
    const strength = frame.level.sigma * Math.hypot(vx, vy);
    const length = Math.min(1, strength / CELL_AT) * 0.92 * cell;
    if (!(length > 1.2)) continue;
    const [ux, uy] = [(frame.level.sigma * vx) / strength, (frame.level.sigma * vy) / strength];
    const [mx, my] = [((i % SIDE) + 0.5) * cell, size - (Math.floor(i / SIDE) + 0.5) * cell];
    const tip = [mx + (ux * length) / 2, my - (uy * length) / 2];
    shafts.push(mx - (ux * length) / 2, my + (uy * length) / 2, ...tip);
    const wing = Math.min(0.34 * length, 0.22 * cell);
    for (const side of [1, -1]) {
      heads.push(...tip, tip[0] - wing * (ux + side * 0.55 * uy), tip[1] + wing * (uy - side * 0.55 * ux));
    }
  }
  pen.segments(shafts, style);
  pen.segments(heads, { ...style, dash: [] });
}

/** Contours of a grid of side² values at a level, by marching squares: flat segments in pixels. */
function contour(grid, side, level, size) {
  const found = [];
  const cell = size / (side - 1);
  for (let j = 0; j + 1 < side; j++) {
    for (let i = 0; i + 1 < side; i++) {
      const corners = [
        [i, j],
        [i + 1, j],
        [i + 1, j + 1],
        [i, j + 1],
      ];
      const values = corners.map(([a, b]) => grid[b * side + a] - level);
      const cuts = [];
      for (let k = 0; k < 4; k++) {
        const [v, w] = [values[k], values[(k + 1) % 4]];
        if (v > 0 === w > 0) continue;
        const u = v / (v - w);
        const [p, q] = [corners[k], corners[(k + 1) % 4]];
        cuts.push((p[0] + u * (q[0] - p[0])) * cell, size - (p[1] + u * (q[1] - p[1])) * cell);
      }
      if (cuts.length >= 4) found.push(...cuts.slice(0, 4));
      if (cuts.length === 8) found.push(...cuts.slice(4));
    }
  }
  return found;
}

let lastTilt = { key: '', lines: [] };

function tiltLayer(pen, frame, size, unit, look) {
  if (frame.gamma === null || !frame.proper) return;
  const key = JSON.stringify([frame.mixture, frame.condition, frame.gamma, size]);
  if (lastTilt.key !== key) {
    const side = 121;
    const grid = tiltOn(frame, frame.gamma, side);
    lastTilt = { key, lines: CONTOURS.map((level) => contour(grid, side, level, size)) };
  }
  lastTilt.lines.forEach((line) =>
    pen.segments(line, { colour: look.ink, width: 1.4 * unit, dash: [0.01, 4 * unit], alpha: 0.9 }),
  );
}

/** The ends: filled where wanted, hollow past it, a cross between the modes, grey on another class. */
function endsLayer(pen, frame, size, unit, look) {
  const lists = [[], [], [], []];
  frame.found.forEach((verdict, i) => {
    if (verdict < 4) lists[verdict].push(...pixel(frame.ends[2 * i], frame.ends[2 * i + 1], size));
  });
  if (frame.owner) {
    const classes = look.classes.map(() => []);
    frame.owner.forEach((label, i) => {
      if (label !== 255) classes[label % classes.length].push(...pixel(frame.ends[2 * i], frame.ends[2 * i + 1], size));
    });
    classes.forEach((list, k) => pen.discs(list, 2.3 * unit, { colour: look.classes[k], fill: true, alpha: 0.9 }));
  } else {
    pen.discs(lists[1], 2.3 * unit, { colour: look.other, fill: true, alpha: 0.85 });
    pen.discs(lists[0], 2.3 * unit, { colour: look.target, fill: true, alpha: 0.9 });
    pen.discs(lists[3], 2.8 * unit, { colour: look.overshoot, width: 1.5 * unit });
  }
  const crosses = [];
  const r = 2.6 * unit;
  for (let i = 0; i < lists[2].length; i += 2) {
    const [x, y] = [lists[2][i], lists[2][i + 1]];
    crosses.push(x - r, y - r, x + r, y + r, x - r, y + r, x + r, y - r);
  }
  pen.segments(crosses, { colour: look.hybrid, width: 1.5 * unit });
}

/** Each walk as a line in pixels. */
function waysOf({ ways: { xs } }, size) {
  const scale = size / (2 * REACH);
  return Array.from({ length: xs[0].length / 2 }, (_, i) => {
    const line = new Float32Array(2 * xs.length);
    for (let k = 0; k < xs.length; k++) {
      line[2 * k] = (xs[k][2 * i] + REACH) * scale;
      line[2 * k + 1] = (REACH - xs[k][2 * i + 1]) * scale;
    }
    return line;
  });
}

/** The highlighted path, from its z to its end. */
function wayLayer(pen, frame, size, unit, look) {
  const points = frame.way.xs.flatMap((x) => pixel(x[0], x[1], size));
  pen.lines([points], { colour: look.ground, width: 5.5 * unit, alpha: 0.85 });
  pen.lines([points], { colour: look.guided, width: 2.6 * unit });
  pen.discs(points.slice(0, 2), 5 * unit, { colour: look.ground, fill: true });
  pen.discs(points.slice(0, 2), 5 * unit, { colour: look.guided, width: 2.4 * unit });
  const end = points.slice(-2);
  if (frame.verdict === 2) {
    const r = 6 * unit;
    const cross = [end[0] - r, end[1] - r, end[0] + r, end[1] + r, end[0] - r, end[1] + r, end[0] + r, end[1] - r];
    pen.segments(cross, { colour: look.ground, width: 6 * unit });
    pen.segments(cross, { colour: look.hybrid, width: 3 * unit });
  } else {
    pen.discs(end, 6 * unit, { colour: look.ground, fill: true });
    pen.discs(end, 4.6 * unit, { colour: look.guided, fill: true });
  }
}

/** Where the arrows at x_t begin and end, in pixels: s_u from `from` to `tip`, γ times the gradient on to `sum`. */
function arrowsOf({ probe: { x, free, guided }, level: { sigma } }, size) {
  const longest = Math.max(...[free, guided].map((v) => sigma * Math.hypot(...v)), 1e-9);
  const scale = sigma * Math.min(GAIN, LONGEST / longest);
  const end = (v) => pixel(x[0] + scale * v[0], x[1] + scale * v[1], size);
  return { from: pixel(...x, size), tip: end(free), sum: end(guided) };
}

/** s_u, γ times the gradient from its tip, and their sum: as many of them as `stage` says, 1 to 3. */
function probeLayer(pen, frame, state, { size, unit, look, stage }) {
  const { from, tip, sum } = arrowsOf(frame, size);
  const arrow = (a, b, name, width, dash) => {
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    if (length < 2) return;
    const wing = Math.min(11 * unit + width, 0.6 * length);
    const short = [b[0] - ((b[0] - a[0]) * wing * 0.7) / length, b[1] - ((b[1] - a[1]) * wing * 0.7) / length];
    pen.segments([...a, ...short], { colour: look.ground, width: width + 3 * unit, alpha: 0.8 });
    pen.segments([...a, ...short], { colour: look[name], width, dash });
    head(pen, ...a, ...b, wing, { colour: look[name] });
  };
  arrow(from, tip, 'free', 2.2 * unit, []);
  if (state.kind !== 'none' && stage > 1) arrow(tip, sum, 'gradient', 2.2 * unit, [6 * unit, 4.5 * unit]);
  if (state.kind !== 'none' && stage > 2) arrow(from, sum, 'guided', 3.6 * unit, []);
  pen.discs(from, 5 * unit, { colour: look.ink, fill: true });
  for (const { name, at, colour } of arrowNames(frame, state, { size, unit, look, stage })) {
    pen.text(name, ...at, { colour, size: 15 * unit, halo: look.ground, anchor: 'middle' });
  }
}

/** The names of the arrows that are drawn, { name, at, colour }, each beside the middle of its own. */
function arrowNames(frame, state, { size, unit, look, stage }) {
  const { from, tip, sum } = arrowsOf(frame, size);
  const side = (tip[0] - from[0]) * (sum[1] - from[1]) - (tip[1] - from[1]) * (sum[0] - from[0]) >= 0 ? 1 : -1;
  const back = (tip[0] - from[0]) * (sum[0] - tip[0]) + (tip[1] - from[1]) * (sum[1] - tip[1]) < 0;
  const beside = (a, b, u, name, colour, side) => {
    const length = Math.hypot(b[0] - a[0], b[1] - a[1]);
    const off = (side * 13 * unit) / length;
    const at = [a[0] + u * (b[0] - a[0]) + (b[1] - a[1]) * off, a[1] + u * (b[1] - a[1]) - (b[0] - a[0]) * off];
    return length < 30 * unit ? [] : [{ name, at, colour }];
  };
  const shown = state.kind === 'none' ? 1 : stage;
  return [
    ...beside(from, tip, 0.4, state.method === 'autoguidance' ? 's°' : 'sᵤ', look.freeWord, side),
    ...(shown > 1 ? beside(tip, sum, back ? 0.35 : 0.5, 'γ·∇', look.gradientWord, side) : []),
    ...(shown > 2 ? beside(from, sum, 0.66, 's', look.guidedWord, -side) : []),
  ];
}

/** How the exact denoiser attends: a line from x_t to the value of every token, as wide as its weight, and their mean D. */
function attentionLayer(pen, frame, state, view) {
  const { probe } = frame;
  const { size, unit, look } = view;
  const from = pixel(...probe.x, size);
  const mean = [0, 0];
  for (const { weight, value } of probe.tokens) {
    const to = pixel(...value, size);
    [0, 1].forEach((i) => (mean[i] += weight * value[i]));
    if (weight < 0.005) continue;
    pen.segments([...from, ...to], { colour: look.gradient, width: (1 + 7 * weight) * unit, alpha: 0.55 });
    pen.discs(to, (3 + 4 * weight) * unit, { colour: look.gradient, fill: true });
  }
  const at = pixel(...mean, size);
  pen.discs(at, 6 * unit, { colour: look.ground, fill: true });
  pen.discs(at, 4.5 * unit, { colour: look.gradient, width: 2.4 * unit });
  // its name stands below, or at the first place around it that is free of those of the arrows, or freest
  const names = arrowNames(frame, state, view);
  const room = (spot) => Math.min(...names.map((name) => Math.hypot(name.at[0] - spot[0], name.at[1] - spot[1])));
  const turns = Array.from({ length: 8 }, (_, k) => (k * Math.PI) / 4);
  const around = (r) => turns.map((a) => [at[0] + r * unit * Math.sin(a), at[1] + r * unit * Math.cos(a)]);
  const spots = [17, 28, 39].flatMap(around);
  const spot = spots.find((s) => room(s) > 26 * unit) ?? spots.reduce((a, b) => (room(b) > room(a) ? b : a));
  pen.text('D', ...spot, { colour: look.gradientWord, size: 15 * unit, halo: look.ground, anchor: 'middle' });
}

/** Whether the name of a class stands at its k-th component: at each of two, at the first of more. */
function named({ labels }, k) {
  const own = labels.map((label, i) => [label, i]).filter(([label]) => label === labels[k]);
  return own.length <= 2 || own[0][1] === k;
}

/** Ellipses of two standard deviations and the names of the classes; while the data are changed, the ellipses are seen. */
function namesLayer(pen, frame, { size, unit, look, names, editing }) {
  frame.mixture.means.forEach((mean, k) => {
    const [xx, xy, yy] = frame.mixture.covs[k];
    if (editing) {
      const [middle, half] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
      const angle = 0.5 * Math.atan2(2 * xy, xx - yy);
      const [a, b] = [2 * Math.sqrt(middle + half), 2 * Math.sqrt(Math.max(middle - half, 0))];
      const ring = [];
      for (let i = 0; i <= 48; i++) {
        const [c, s] = [a * Math.cos((i * Math.PI) / 24), b * Math.sin((i * Math.PI) / 24)];
        ring.push(
          ...pixel(
            mean[0] + c * Math.cos(angle) - s * Math.sin(angle),
            mean[1] + c * Math.sin(angle) + s * Math.cos(angle),
            size,
          ),
        );
      }
      pen.lines([ring], { colour: look.muted, width: 1.4 * unit, dash: [4 * unit, 4 * unit] });
    }
    if (names.length === 0 || !named(frame.mixture, k)) return;
    const above = 2.6 * Math.sqrt(yy) + 0.16;
    const [x, y] = pixel(mean[0], mean[1] + (mean[1] >= 0 ? above : -above), size);
    const name = names[frame.mixture.labels[k]];
    const within = (v, edge) => Math.min(Math.max(v, edge), size - edge);
    const half = 0.3 * name.length * 14 * unit; // a letter is about 0.6 of its size wide
    pen.text(name, within(x, Math.max(half, 14 * unit)), within(y, 14 * unit), {
      colour: look.muted,
      size: 14 * unit,
      halo: look.ground,
      anchor: 'middle',
    });
  });
}

/** All that the state asks to be seen. `unit` is a pixel of the page in those of the picture. */
export function drawPlane(pen, frame, state, view) {
  const { size, unit, look } = view;
  const shows = (layer) => state.show.includes(layer);
  if (shows('density')) pen.image(densityOf(frame, look), 0, 0, size, size);
  if (shows('free')) fieldLayer(pen, frame, 0, 1, size, { colour: look.free, width: 1.3 * unit, alpha: 0.9 });
  if (shows('gradient'))
    fieldLayer(pen, frame, 2, 1, size, {
      colour: look.gradient,
      width: 1.3 * unit,
      alpha: 0.9,
      dash: [3.5 * unit, 3 * unit],
    });
  if (shows('guided'))
    fieldLayer(pen, frame, 4, 1, size, { colour: look.guided, width: 1.5 * unit, alpha: shows('free') ? 0.9 : 0.55 });
  if (shows('paths')) {
    pen.lines(waysOf(frame, size), { colour: look.path, width: 0.8 * unit, alpha: 0.13 });
  }
  if (shows('tilt')) tiltLayer(pen, frame, size, unit, look);
  if (state.kind === 'mask') {
    const at = pixel(state.value, state.value, size)[state.axis];
    const line = state.axis === 0 ? [at, 0, at, size] : [0, at, size, at];
    pen.segments(line, { colour: look.gradient, width: 2 * unit, dash: [7 * unit, 5 * unit] });
  }
  namesLayer(pen, frame, view);
  if (view.playing) {
    pen.discs(pixels(placeOf(frame.ways, state.at).x, size), 2.2 * unit, { colour: look.ink, fill: true, alpha: 0.55 });
  } else if (shows('paths')) {
    endsLayer(pen, frame, size, unit, look);
  }
  wayLayer(pen, frame, size, unit, look);
  if (frame.probe.tokens) attentionLayer(pen, frame, state, view);
  probeLayer(pen, frame, state, view);
}
