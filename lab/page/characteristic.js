// Characteristic guidance: the approximation to the score of the diffused tilt that is exact for Gaussians.
// src/methods/characteristic.rs.
//
//   D_c(x + w·Δ) = D_u(x + γ·Δ), w = γ − 1      (x for x/α, σ for σ/α)
//
// and this common point is D. Δ is found by Anderson's iteration, which ends after two steps where the equation is linear.

const ITERATIONS = 30;
const SOLVED = 1e-13; // |D_c − D_u| beside |D_c| + |D_u| that counts as none
const MEMORY = 2; // steps that an iteration looks back on: the dimension

const dot = (a, b) => a[0] * b[0] + a[1] * b[1];
const minus = (a, b) => [a[0] - b[0], a[1] - b[1]];
const plus = (a, b, factor = 1) => [a[0] + factor * b[0], a[1] + factor * b[1]];

/**
 * The next Δ: a step of f from where, among the past ones, f would be least if it were linear.
 *
 * Source: Walker & Ni 2011 (10.1137/10078356X), eq. 2.1 and 2.2; the least squares by Gram and Schmidt.
 */
function anderson(delta, f, past) {
  let next = plus(delta, f);
  const basis = []; // unit changes of f, and those of Δ + f with them
  for (const [deltaBefore, fBefore] of [...past].reverse()) {
    let change = minus(f, fBefore);
    let moved = plus(minus(delta, deltaBefore), change);
    const length = Math.sqrt(dot(change, change));
    for (const [unit, withIt] of basis) {
      const part = dot(unit, change);
      change = plus(change, unit, -part);
      moved = plus(moved, withIt, -part);
    }
    const left = Math.sqrt(dot(change, change));
    if (left > 1e-8 * length) basis.push([change, moved].map((v) => [v[0] / left, v[1] / left]));
  }
  for (const [unit, withIt] of basis) next = plus(next, withIt, -dot(unit, f));
  return next;
}

/**
 * The bend of characteristic guidance; `free` and `asked` are s_u and s_c, functions of the level and then of the point.
 * γ = 0 and γ = 1 are s_u and s_c. Source: Zheng & Lan 2023 (2312.07586), section 5.
 */
export function characteristic(level, { gamma, free, asked }) {
  const { alpha, sigma } = level;
  const [s2, w] = [sigma * sigma, gamma - 1];
  const [u, c] = [free(level), asked(level)];
  const s = [0, 0];
  const denoised = (score, x) => {
    score(x[0], x[1], s);
    return [(x[0] + s2 * s[0]) / alpha, (x[1] + s2 * s[1]) / alpha];
  };
  return (px, py, out) => {
    if (gamma === 0 || gamma === 1) {
      [out[4], out[5]] = [out[0] + gamma * out[2], out[1] + gamma * out[3]];
      return;
    }
    const x = [px, py];
    let [delta, past, best, least] = [[0, 0], [], [NaN, NaN], Infinity];
    for (let k = 0; k <= ITERATIONS; k++) {
      const [dc, du] = [denoised(c, plus(x, delta, alpha * w)), denoised(u, plus(x, delta, alpha * gamma))];
      const f = minus(dc, du);
      const residual = Math.sqrt(dot(f, f));
      if (!Number.isFinite(residual)) break;
      if (residual < least) [best, least] = [plus(du, f, gamma), residual];
      if (residual <= SOLVED * (Math.sqrt(dot(dc, dc)) + Math.sqrt(dot(du, du)))) break;
      const next = anderson(delta, f, past);
      past = [...past, [delta, f]].slice(-MEMORY);
      delta = next;
    }
    for (let j = 0; j < 2; j++) out[4 + j] = (alpha * best[j] - x[j]) / s2;
  };
}
