// How far walks end from p(x | y) and from the tilt, and what their method amounts to: the numbers that need points or walks.

import { effective, windowOf } from './effective.js';
import { effectiveSize, energy, fixedPoints, normalised, weightedEnergy } from './energy.js';
import { scoresFor } from './guidance.js';
import { given, logDensity, noised, pointsOf } from './mixture.js';
import { VP_LINEAR } from './noise.js';
import { PURPOSE, draws } from './rng.js';

const POINTS = 256; // of a law to which walks are compared
const FEWEST = 40; // points that weights must be worth, for a distance to be told
const WINDOW_POINTS = 32; // by which the levels are found at which guidance has something to say
const WALKS = { exact: 128, learned: 16 }; // along which a method is measured
const NORMAL = { weights: [1], means: [[0, 0]], covs: [[1, 0, 1]] };
const CLEAN = { alpha: 1, sigma: 0 };

/**
 * Keeps what does not depend on γ: `points` of a law for a seed, the library's sample of it, or half of those of two laws; and
 * the `window` of two scores.
 */
export function referencesOf(remembered) {
  const [streams, laws, windows] = [remembered(2), remembered(4), remembered(2)];
  const drawn = (seed) => streams(seed, () => draws(seed, PURPOSE.reference, POINTS));
  const points = (seed, first, second = first) =>
    laws(JSON.stringify([seed, first, second]), () => {
      const x = pointsOf(first, drawn(seed));
      if (second !== first) x.set(pointsOf(second, drawn(seed)).subarray(POINTS), POINTS); // the latter half
      return fixedPoints(x);
    });
  const window = (what, times, seed) =>
    windows(JSON.stringify([what, times.length, seed]), () =>
      windowFor(what, times, points(seed, what.asked), drawn(seed)),
    );
  return { points, window };
}

/** The levels at which guidance has a say, by few points and the same noise at every level. */
function windowFor({ mixture, asked }, times, { x }, drawn) {
  const x0 = x.subarray(0, 2 * WINDOW_POINTS);
  const noise = pointsOf(NORMAL, drawn).subarray(-x0.length);
  return windowOf(mixture, asked, VP_LINEAR, times, x0, () => noise);
}

/** log p(x | y) − log p(x) at points, which is log p(y | x) up to a constant. */
function logRatios(mixture, asked, { x }) {
  const [p, q] = [noised(mixture, CLEAN), noised(asked, CLEAN)];
  return Float64Array.from({ length: x.length / 2 }, (_, i) => {
    const at = [x[2 * i], x[2 * i + 1]];
    return logDensity(q, ...at) - logDensity(p, ...at);
  });
}

/**
 * The energy distance to the tilt p(x)^(1 − γ)·p(x | y)^γ, which is a density: { value, se }, or null where too few points
 * stand for it.
 *
 * Of a point or a line it is what is left after a measurement with τ/√γ. Of classes it is p(x | y)·r^(γ − 1), r = p(x | y)/p(x)
 * ≤ 1/p(y), for which points of p(x | y) are weighed; for γ < 1 half of the points are of p(x) and half of p(x | y), weighed by
 * r^γ/(½ + ½r). Both weights are bounded for γ ≥ 0.
 */
export function distanceToTilt(ends, { mixture, condition, asked }, gamma, points) {
  if (condition.tau > 0 && gamma > 0)
    return energy(ends, points(given(mixture, { ...condition, tau: condition.tau / Math.sqrt(gamma) })));
  if (gamma === 0 || gamma === 1) return energy(ends, points(gamma === 0 ? mixture : asked));
  const law = gamma > 1 ? points(asked) : points(asked, mixture);
  const logs = logRatios(mixture, asked, law);
  const weights = normalised(
    logs.map((l) => (gamma > 1 ? (gamma - 1) * l : gamma * l - Math.log(0.5 + 0.5 * Math.exp(l)))),
  );
  return effectiveSize(weights) < FEWEST ? null : weightedEnergy(ends, law, weights);
}

/** The distances of ends (flat) to p(x | y) and to the tilt at a γ, or null for no tilt. */
export function distancesOf(x, asked, gamma, points) {
  const ends = fixedPoints(x);
  return {
    law: energy(ends, points(asked.asked)),
    tilt: gamma === null ? null : distanceToTilt(ends, asked, gamma, points),
  };
}

/** γ_eff of walks on the page: { value, se }, or null where s_c and s_u are the same. `window` is where guidance has a say. */
export function effectiveOf(ways, { mixture, condition }, learned, window, steps) {
  if (!window) return null;
  const most = 2 * (learned ? WALKS.learned : WALKS.exact);
  const walks = { ...ways, xs: ways.xs.map((x) => x.subarray(0, most)) };
  return effective(walks, VP_LINEAR, ...scoresFor(mixture, condition, learned), window, steps);
}
