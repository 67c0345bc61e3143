// From noise to data: the probability-flow ODE and the reverse SDE. src/sampler.
//
// A sampler here moves n points (flat x₀, y₀, x₁, y₁ …) one step from time `from` to `to`, along `at`, which makes the field
// of a noise level (guidance.js). In x/α and r = σ/α the ODE is dx/dr = (x − D)/r, D = E[x₀ | x_t] as the guided score has it.

import { cut, drift, g2, levelAt, ratio, timeOfRatio } from './noise.js';
import { OWN_STEPS, RULES } from './rules.js';

const parts = new Float64Array(6); // s_u, the gradient, the guided score of one point

/** D = (x + σ²·s)/α of all points. */
function denoise(at, level, x) {
  const field = at(level);
  const d = new Float64Array(x.length);
  const s2 = level.sigma * level.sigma;
  for (let i = 0; i < x.length; i += 2) {
    field(x[i], x[i + 1], parts);
    d[i] = (x[i] + s2 * parts[4]) / level.alpha;
    d[i + 1] = (x[i + 1] + s2 * parts[5]) / level.alpha;
  }
  return d;
}

/** DDIM: x'/α' = D + (r'/r)·(x/α − D). Source: Song, Meng & Ermon 2021 (2010.02502), eq. 12 with η = 0. */
function ddim() {
  return (at, x, here, there) => {
    const keep = ratio(there) / ratio(here);
    const d = denoise(at, here, x);
    return x.map((v, i) => there.alpha * (d[i] + keep * (v / here.alpha - d[i])));
  };
}

/** Heun's method: x' = x + (r' − r)·½(k + k'), k' the slope where Euler's step ends. Source: Karras et al. 2022 (2206.00364). */
function heun() {
  return (at, x, here, there) => {
    const [r, rTo] = [ratio(here), ratio(there)];
    const d = denoise(at, here, x);
    if (rTo === 0) return d.map((v) => v * there.alpha);
    const slope = x.map((v, i) => (v / here.alpha - d[i]) / r);
    const guess = x.map((v, i) => v / here.alpha + slope[i] * (rTo - r));
    const dThere = denoise(
      at,
      there,
      guess.map((v) => v * there.alpha),
    );
    return x.map((v, i) => {
      const slopeThere = (guess[i] - dThere[i]) / rTo;
      return (v / here.alpha + (slope[i] + slopeThere) * (0.5 * (rTo - r))) * there.alpha;
    });
  };
}

/**
 * DPM-Solver++(2M): x' = (σ'/σ)·x + α'(1 − e^−h)·D̂,   D̂ = D + (h/2h_before)·(D − D_before),   h = ln(r/r').
 * Source: Lu et al. 2022 (2211.01095), algorithm 2. It keeps a history, so each leg has a fresh one.
 */
function dpm2m() {
  let before = null;
  return (at, x, here, there) => {
    const h = Math.log(ratio(here) / ratio(there));
    const d = denoise(at, here, x);
    const weight = before && Number.isFinite(h) ? h / (2 * before.h) : 0;
    const [keep, add] = [there.sigma / here.sigma, -there.alpha * Math.expm1(-h)];
    const last = before ? before.d : d;
    const next = new Float64Array(x.length);
    for (let i = 0; i < x.length; i++) next[i] = keep * x[i] + add * (d[i] + weight * (d[i] - last[i]));
    before = { h, d };
    return next;
  };
}

/** Euler–Maruyama: dx = [f·x − g²·s] dt + g dw̄. Source: Song et al. 2021 (2011.13456), eq. 6. */
function sde() {
  return (at, x, here, there, { process, from, to, noise }) => {
    if (there.sigma === 0) return denoise(at, here, x);
    const [f, gg, dt] = [drift(process, from), g2(process, from), from - to];
    const field = at(here);
    const root = Math.sqrt(gg * dt);
    const next = new Float64Array(x.length);
    for (let i = 0; i < x.length; i += 2) {
      field(x[i], x[i + 1], parts);
      for (const j of [0, 1]) {
        next[i + j] = x[i + j] + gg * dt * parts[4 + j] - f * dt * x[i + j] + root * noise[i + j];
      }
    }
    return next;
  };
}

/** The samplers by name; each makes a fresh one. */
const SAMPLERS = { 'dpm++2m': dpm2m, ddim, heun, sde };

/** The legs with the times of each: the grid cut where legs meet. */
function partsOf(legs, process, times) {
  const edges = legs.slice(0, -1).map((leg) => timeOfRatio(process, leg.downTo));
  return cut(times, edges).map((piece) => {
    const middle = ratio(levelAt(process, 0.5 * (piece[0] + piece[piece.length - 1])));
    return { leg: legs.find((leg) => leg.downTo < middle), times: piece };
  });
}

/** Scores and classifiers asked for each point along a walk, as the library counts them. */
export function evaluations(legs, process, grid, sampler) {
  const parts = partsOf(legs, process, grid);
  const each = parts.map(({ leg, times }) => leg.cost * (times.length - 1));
  const all = each.reduce((a, b) => a + b, 0);
  const { rule, cost } = parts[parts.length - 1].leg;
  // Heun's last step is Euler's; after the last step nothing is corrected
  const twice = sampler === 'heun' && !OWN_STEPS.includes(rule?.name) ? 2 * all - cost : all;
  if (rule?.name !== 'predictor-corrector') return twice;
  return twice + (rule.gamma === 0 || rule.gamma === 1 ? 1 : 2) * rule.knob * (grid.length - 2);
}

/**
 * The walk of n points from z (flat, standard normals) down the grid: { times, xs, fields }, one flat array a time, and for
 * each step the field that leads.
 *
 * `noise(step, part)` answers the normals of a step, which the SDE asks for, and those of its further parts.
 */
export function walk(legs, process, grid, sampler, z, noise) {
  const sigma = levelAt(process, grid[0]).sigma;
  const xs = [z.map((v) => v * sigma)];
  const times = [grid[0]];
  const fields = [];
  for (const { leg, times: piece } of partsOf(legs, process, grid)) {
    const make = SAMPLERS[sampler];
    const step = leg.rule ? RULES[leg.rule.name](make, leg.rule) : make();
    for (let i = 0; i + 1 < piece.length; i++) {
      const [from, to] = [piece[i], piece[i + 1]];
      const number = xs.length - 1;
      const noiseOf = (part) => noise(number, part);
      const how = { process, from, to, noise: sampler === 'sde' && to > 0 ? noiseOf(0) : null, noiseOf };
      xs.push(step(leg.at, xs[xs.length - 1], levelAt(process, from), levelAt(process, to), how));
      times.push(to);
      fields.push(leg.at);
    }
  }
  return { times, xs, fields };
}
