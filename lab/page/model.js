// From a state to everything that is drawn and told: the mixture, the field, 256 walks from the same noise, and where they end.

import { exact, fieldAt, scoresFor, steer } from './guidance.js';
import { weightsOf } from './learned.js';
import { distancesOf, effectiveOf, referencesOf } from './measures.js';
import { shareInterval, spread, tally, verdicts } from './metrics.js';
import { BENT } from './methods.js';
import { attention, classProbabilities, given, logDensity, logTilt, mixtureOf, noised, tiltIsProper, wantedBy } from './mixture.js';
import { VP_LINEAR, gridToData, levelAt, timeMin } from './noise.js';
import { PURPOSE, normals } from './rng.js';
import { evaluations, walk } from './sampler.js';
import { REACH, componentsOf } from './state.js';

export const PATHS = 256;
export const SIDE = 21; // arrows along a side of the plane
const BLOCK = 16; // learned walks that are walked without a break
const WITHOUT_TILT = ['feedback', 'cfg++']; // methods whose γ is not a power of p(y | x)
const CLEAN = { alpha: 1, sigma: 0 };

/** Remembers the last answers of a function by a key, so that what did not change is not computed again. */
function remembered(most) {
  const known = new Map();
  return (key, make) => {
    if (!known.has(key)) {
      if (known.size >= most) known.delete(known.keys().next().value);
      known.set(key, make());
    }
    return known.get(key);
  };
}

/** The mixture of a state. */
function mixtureFor(state, data) {
  const parts = componentsOf(state, data);
  return mixtureOf({
    weights: parts.map((c) => c.weight),
    means: parts.map((c) => c.mean),
    covs: parts.map((c) => c.cov),
    labels: parts.map((c) => c.label),
  });
}

/** The condition of a state, as mixture.js has it. */
function conditionOf({ kind, class: label, words, point, tau, axis, value }) {
  switch (kind) {
    case 'point':
      return { kind, y: point, tau };
    case 'mask':
      return { kind, axis, value, tau };
    case 'words':
      return { kind, words };
    case 'none':
      return { kind };
    default:
      return { kind, class: label };
  }
}

/** The method of a state, as guidance.js has it. */
function methodOf({ method: name, gamma, confidence, low, high, knob }) {
  return { name, gamma, confidence, low, high, knob: knob ?? BENT[name]?.knob?.usual };
}

/** γ times the confidence of whoever is asked: that of the tilt which the method is said to sample; null where none is. */
function tiltGamma({ kind, method, gamma, confidence }) {
  if (kind === 'none' || WITHOUT_TILT.includes(method)) return null;
  return method === 'classifier' ? gamma * confidence : gamma;
}

/** The modes by which ends are judged, and which of their labels are wanted. */
function judge(mixture, asked, condition) {
  const wanted = wantedBy(condition);
  if (wanted) return [mixture, wanted];
  // a point or a mask: what is left of the mixture is the target, the mixture is all else
  const both = {
    weights: [...asked.weights, ...mixture.weights],
    means: [...asked.means, ...mixture.means],
    covs: [...asked.covs, ...mixture.covs],
    labels: [...asked.weights.map(() => 0), ...mixture.weights.map(() => 1)],
  };
  return [both, (label) => label === 0];
}

/** Shares of the ends: of the four verdicts, or where nothing is asked of each class and of no mode. */
function sharesOf(ends, mixture, asked, condition) {
  if (condition.kind !== 'none') {
    const found = verdicts(ends, ...judge(mixture, asked, condition));
    return { found, shares: tally(found).map((n) => shareInterval(n, found.length)) };
  }
  const of = (label) => verdicts(ends, mixture, (other) => other === label);
  const each = Array.from({ length: mixture.classes }, (_, label) => of(label));
  const found = each[0].map((v) => (v > 1 ? 2 : 1));
  const owner = found.map((_, i) =>
    Math.max(
      each.findIndex((list) => list[i] === 0),
      -1,
    ),
  ); // 255: of no class
  const classes = each.map((list) => shareInterval(tally(list)[0], found.length));
  const none = found.reduce((sum, v) => sum + (v === 2 ? 1 : 0), 0);
  return { found, owner, classes, shares: [null, null, shareInterval(none, found.length), null, null] };
}

/** p(y | x_t) at a point, where y names classes; else null. */
function probabilityOf(condition, mixture, p, x, y) {
  const wanted = wantedBy(condition);
  if (!wanted) return null;
  return classProbabilities(mixture, p, x, y).reduce((sum, share, label) => sum + (wanted(label) ? share : 0), 0);
}

/** The mean of p(y | x₀) over the ends, where y names classes. */
function confidenceOf(ends, mixture, condition) {
  if (!wantedBy(condition)) return null;
  const p = noised(mixture, CLEAN);
  let sum = 0;
  for (let i = 0; i < ends.length; i += 2) sum += probabilityOf(condition, mixture, p, ends[i], ends[i + 1]);
  return sum / (ends.length / 2);
}

/** Where walks are at a place `at` of the way, from 0 (noise) to 1 (data): between two steps along a straight line. */
export function placeOf({ times, xs }, at) {
  const whole = at * (times.length - 1);
  const i = Math.min(Math.floor(whole), times.length - 2);
  const part = whole - i;
  const time = times[i] + part * (times[i + 1] - times[i]);
  return { time, x: xs[i].map((v, j) => v + part * (xs[i + 1][j] - v)) };
}

/** s_u, the gradient and the guided score at a point, p(y | x_t), and of words how the exact denoiser attends to its tokens. */
function probeAt(x, legs, level, mixture, condition) {
  const out = new Float64Array(6);
  fieldAt(legs, level)(x[0], x[1], out);
  return {
    x,
    free: [out[0], out[1]],
    gradient: [out[2], out[3]],
    guided: [out[4], out[5]],
    p: probabilityOf(condition, mixture, noised(mixture, level), x[0], x[1]),
    tokens: condition.kind === 'words' ? attention(mixture, level, x[0], x[1], wantedBy(condition)) : null,
  };
}

/** The i-th point of the grid of the field, the first coordinate running fastest. */
function gridPoint(i) {
  const place = (k) => -REACH + (k + 0.5) * ((2 * REACH) / SIDE);
  return [place(i % SIDE), place(Math.floor(i / SIDE))];
}

/** Whether the tilt at this γ is a density. */
function properTilt(mixture, asked, gamma) {
  return gamma === null || tiltIsProper(noised(mixture, CLEAN), noised(asked, CLEAN), gamma);
}

/** The field on a grid of SIDE² points of the plane: six numbers each. */
function gridOf(legs, level) {
  const field = fieldAt(legs, level);
  const out = new Float64Array(6 * SIDE * SIDE);
  const parts = new Float64Array(6);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [x, y] = gridPoint(i);
    field(x, y, parts);
    out.set(parts, 6 * i);
  }
  return out;
}

/** log of the tilt on a grid of side² points, its largest value 0. */
export function tiltOn(frame, gamma, side) {
  const [free, asked] = [noised(frame.mixture, CLEAN), noised(frame.asked, CLEAN)];
  const grid = new Float64Array(side * side);
  const place = (i) => -REACH + (i * 2 * REACH) / (side - 1);
  for (let i = 0; i < grid.length; i++)
    grid[i] = logTilt(free, asked, gamma, place(i % side), place(Math.floor(i / side)));
  const top = grid.reduce((a, b) => Math.max(a, b), -Infinity);
  return grid.map((v) => v - top);
}

/** The networks of a page, ready to be asked. */
function networksOf({ nets }) {
  const ready = (told) => told && { ...told, net: { config: told.config, params: weightsOf(told.params) } };
  return { score: ready(nets?.score), classifier: ready(nets?.classifier), clean: ready(nets?.clean) };
}

/** What is learned where a state asks for it: a score, or a classifier. */
function learnedFor({ source, kind }, { score, classifier, clean }) {
  if (source === 'network' && (kind === 'none' || kind === 'class')) return { score };
  if (source === 'clean' && kind === 'class') return { classifier: clean };
  return source === 'classifier' && kind === 'class' ? { classifier } : null;
}

/**
 * How far the learned score is from the exact one at a level: √(E|s_θ − s|²/E|s|²), the mean over p_t(x | y) on the grid of the
 * field, s that of p(x | y) or, where nothing is asked, of p(x).
 */
function errorOf(mixture, condition, asked, learned, level) {
  const truth = exact(asked)(level);
  const [free, given] = scoresFor(mixture, condition, learned);
  const found = (condition.kind === 'none' ? free : given)(level);
  const p = noised(asked, level);
  const [s, t] = [
    [0, 0],
    [0, 0],
  ];
  let [off, all] = [0, 0];
  for (let i = 0; i < SIDE * SIDE; i++) {
    const [x, y] = gridPoint(i);
    truth(x, y, t);
    found(x, y, s);
    const weight = Math.exp(logDensity(p, x, y));
    off += weight * ((s[0] - t[0]) ** 2 + (s[1] - t[1]) ** 2);
    all += weight * (t[0] ** 2 + t[1] ** 2);
  }
  return Math.sqrt(off / all);
}

/** Two lists as one. */
function joined(a, b) {
  const both = new Float64Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/**
 * All walks from the noise of a seed, in blocks of rows where they take long; more(ms) goes on for as long, by one block at
 * least. */
function walksOf(legs, state, grid, z, noiseOf) {
  const { sampler, seed } = state;
  const ways = { times: [], xs: [], fields: [] };
  let done = 0;
  const more = (milliseconds) => {
    const began = performance.now();
    while (done < PATHS) {
      const rows = milliseconds === Infinity ? PATHS - done : BLOCK;
      const part = (list) => list.subarray(2 * done, 2 * (done + rows));
      const some = walk(legs, VP_LINEAR, grid, sampler, part(z), (step, k) => part(noiseOf(seed, step, PATHS, k)));
      [ways.times, ways.fields] = [some.times, some.fields];
      ways.xs = some.xs.map((x, k) => (done === 0 ? x : joined(ways.xs[k], x)));
      done += rows;
      if (performance.now() - began > milliseconds) return;
    }
  };
  return { ways, more, done: () => done };
}

/** Whether walks of a method take longer than a frame lasts, even with exact scores. */
function isSlow({ kind, method, knob }) {
  if (kind === 'none') return false;
  return method === 'characteristic' || (method === 'predictor-corrector' && knob > 2);
}

/** γ_eff of a state: { value, se }, or null where nothing is asked or s_c and s_u are the same. */
function scaleOf(state, ways, what, learned, window) {
  const known = { exact: state.gamma, classifier: tiltGamma(state) }[state.method];
  if (state.kind === 'none') return null;
  if (known !== undefined) return { value: known, se: 0 };
  // of a step with noise in it, or after it, no denoised point can be read off
  const { steps } = BENT[state.method] ?? {};
  const noisy = state.method === 'predictor-corrector' || (state.method === 'tag' && state.sampler === 'sde');
  return steps && noisy ? null : effectiveOf(ways, what, learned, window(), steps);
}

/** Makes a frame of each state; what does not depend on what changed is kept. */
export function modelOf(data) {
  const [noises, steps, grids, walks, errors, fields] = [2, 1200, 4, 2, 2, 2].map(remembered);
  const [measured, scales] = [remembered(2), remembered(2)];
  const networks = networksOf(data);
  const references = referencesOf(remembered);
  const noiseOf = (seed, step, n, k = 0) =>
    steps(`${seed} ${step} ${n} ${k}`, () => normals(seed, PURPOSE.walk, step, n, k));
  return (state, patience = Infinity) => {
    const began = performance.now();
    const { seed, sampler } = state;
    const mixture = mixtureFor(state, data);
    const condition = conditionOf(state);
    const learned = learnedFor(state, networks);
    const asked = given(mixture, condition);
    const legs = steer(mixture, condition, methodOf(state), learned);
    const grid = grids(state.steps, () => gridToData(VP_LINEAR, state.steps));
    const z = noises(seed, () => normals(seed, PURPOSE.start, 0, PATHS));
    const key = JSON.stringify([mixture, condition, methodOf(state), sampler, state.steps, seed, state.source]);
    const all = walks(key, () => walksOf(legs, state, grid, z, noiseOf));
    all.more(learned || isSlow(state) ? patience : Infinity);
    const { ways } = all;
    const ends = ways.xs[ways.xs.length - 1];
    const own = state.z ?? [z[2 * state.row], z[2 * state.row + 1]];
    const rowNoise = (step, k) => noiseOf(seed, step, PATHS, k).slice(2 * state.row, 2 * state.row + 2);
    const way = walk(legs, VP_LINEAR, grid, sampler, Float64Array.from(own), rowNoise);
    const here = placeOf(way, state.at);
    const time = Math.max(here.time, timeMin(VP_LINEAR));
    const level = levelAt(VP_LINEAR, time);
    const gamma = tiltGamma(state);
    const proper = properTilt(mixture, asked, gamma);
    const done = all.done() === PATHS;
    const what = { mixture, condition, asked };
    const points = (...laws) => references.points(seed, ...laws);
    const frame = {
      mixture,
      condition,
      asked,
      legs,
      z: own,
      way,
      level,
      time,
      ways,
      ends,
      done: all.done(),
      ...sharesOf(ends, mixture, asked, condition),
      spread: spread(ends),
      p: confidenceOf(ends, mixture, condition),
      field: learned || isSlow(state) ? fields(`${key} ${time}`, () => gridOf(legs, level)) : gridOf(legs, level),
      probe: probeAt(state.probe ?? Array.from(here.x), legs, level, mixture, condition),
      last: Array.from(way.xs[way.xs.length - 1]),
      evaluations: evaluations(legs, VP_LINEAR, grid, sampler),
      gamma,
      proper,
      distance: done ? measured(key, () => distancesOf(ends, what, proper ? gamma : null, points)) : null,
      effective: done
        ? scales(key, () => scaleOf(state, ways, what, learned, () => references.window(what, grid, seed)))
        : null,
      learned: learned !== null,
      error: learned && errors(`${key} ${time}`, () => errorOf(mixture, condition, asked, learned, level)),
    };
    const [modes, wanted] = judge(mixture, asked, condition.kind === 'none' ? { kind: 'class', class: 0 } : condition);
    frame.verdict = verdicts(frame.last, modes, wanted)[0];
    frame.milliseconds = performance.now() - began;
    return frame;
  };
}

/** The class on whose mode a point lies, or null; of several the likeliest. */
export function classAt(x, mixture) {
  const probabilities = classProbabilities(mixture, noised(mixture, CLEAN), x[0], x[1]);
  let found = null;
  for (let label = 0; label < mixture.classes; label++) {
    const on = verdicts(x, mixture, (other) => other === label)[0] === 0;
    if (on && (found === null || probabilities[label] > probabilities[found])) found = label;
  }
  return found;
}
