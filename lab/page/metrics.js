// Where steered points end: src/metrics. On the class, on another class, between the modes, or past the class.

import { noised } from './mixture.js';

/** A point is on a mode within this many standard deviations; e^(−3.5²/2) = 0.22 % of a mode's own points are farther out. */
const ON_MODE = 3.5;
const CLEAN = { alpha: 1, sigma: 0 };

export const VERDICTS = ['target', 'other', 'hybrid', 'overshoot', 'notFinite'];

/** Σ wₖ·μₖ/Σ wₖ over the modes that are kept. */
function meanOf(modes, keep) {
  let [x, y, total] = [0, 0, 0];
  modes.means.forEach(([mx, my], k) => {
    if (!keep(k)) return;
    x += modes.weights[k] * mx;
    y += modes.weights[k] * my;
    total += modes.weights[k];
  });
  return [x / total, y / total];
}

/**
 * The verdict of each point of `x` (flat), seen from the modes that `wanted(label)` accepts.
 *
 *   target     within 3.5 sd of a wanted mode          other    of another mode only
 *   overshoot  on no mode and (x − μ_y)·(μ_y − μ̄) > 0   hybrid   on no mode otherwise
 */
export function verdicts(x, modes, wanted) {
  const own = modes.labels.map(wanted);
  const p = noised(modes, CLEAN);
  const mean = meanOf(modes, (k) => own[k]);
  const all = meanOf(modes, () => true);
  const out = [mean[0] - all[0], mean[1] - all[1]];
  const near = (k, px, py) => {
    const dx = px - p.mx[k],
      dy = py - p.my[k];
    return dx * (p.a[k] * dx + p.b[k] * dy) + dy * (p.b[k] * dx + p.c[k] * dy) <= ON_MODE * ON_MODE;
  };
  const found = new Uint8Array(x.length / 2);
  for (let i = 0; i < found.length; i++) {
    const [px, py] = [x[2 * i], x[2 * i + 1]];
    let on = 3; // what is on no mode
    for (let k = 0; k < p.n && on > 0; k++) {
      if (near(k, px, py)) on = own[k] ? 0 : 1;
    }
    if (!(Number.isFinite(px) && Number.isFinite(py))) found[i] = 4;
    else if (on < 3) found[i] = on;
    else found[i] = (px - mean[0]) * out[0] + (py - mean[1]) * out[1] > 0 ? 3 : 2;
  }
  return found;
}

/** How many points have each verdict. */
export function tally(found) {
  const counts = [0, 0, 0, 0, 0];
  for (const v of found) counts[v] += 1;
  return counts;
}

/**
 * Wilson's interval of a share at one standard error: (p + 1/2n ± √(p(1 − p)/n + 1/4n²))/(1 + 1/n).
 * Source: Wilson 1927. It has a width where p is 0 or 1 too.
 */
export function shareInterval(hits, n) {
  const p = hits / n;
  const centre = (p + 0.5 / n) / (1 + 1 / n);
  const half = Math.sqrt((p * (1 - p)) / n + 0.25 / (n * n)) / (1 + 1 / n);
  return { value: p, low: hits === 0 ? 0 : centre - half, high: hits === n ? 1 : centre + half };
}

/**
 * The spread of points, √(tr Cov/2), with its standard error s(uᵢ)/(2·spread·√n), uᵢ = |xᵢ − x̄|²/2, by the delta method.
 */
export function spread(x) {
  const n = x.length / 2;
  const mean = [0, 0];
  for (let i = 0; i < x.length; i++) mean[i % 2] += x[i] / n;
  const u = new Float64Array(n);
  for (let i = 0; i < n; i++) u[i] = ((x[2 * i] - mean[0]) ** 2 + (x[2 * i + 1] - mean[1]) ** 2) / 2;
  const total = u.reduce((a, b) => a + b, 0);
  const value = Math.sqrt(total / (n - 1));
  const squares = u.reduce((sum, v) => sum + (v - total / n) ** 2, 0);
  return { value, se: value === 0 ? 0 : Math.sqrt(squares / (n - 1) / n) / (2 * value) };
}
