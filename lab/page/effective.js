// The effective scale: the γ of ordinary guidance that a method comes nearest to along its own walk. src/methods/effective.rs.
//
//   γ_eff = Σᵢ Δᵢ·Σ ⟨D_M − D_u, D_c − D_u⟩ / Σᵢ Δᵢ·Σ |D_c − D_u|²,   Δᵢ = 1/σᵢ₊₁² − 1/σᵢ²      (σ for σ/α)
//
// The inner sums are over walks; steps from levels outside a window in which guidance has something to say are left out.

import { noised, score } from './mixture.js';
import { levelAt, ratio, timeOfRatio } from './noise.js';

const LEVELS = 200; // of the quadrature
const SHARE = 0.01; // of the energy that lies beyond each end of the window
const ROUNDING = 1e-12; // of |D_c|² + |D_u|² is no difference

/**
 * The levels σ/α below and above which a hundredth of the guidance energy lies, ½·∫ E|D_c − D_u|² d(1/σ²) over x₀ from
 * p(x₀ | y), and that energy in nats; null where the two scores are the same.
 *
 * `x0` are points of p(x₀ | y), flat, and `noiseOf(k)` the normals by which they meet level number k. One set of normals for
 * all levels is as good as fresh ones for each: every level's mean is without bias.
 */
export function windowOf(free, asked, process, times, x0, noiseOf) {
  const last = times.filter((t) => t > 0).at(-1);
  const [from, to] = [times[0], last].map((t) => Math.log(ratio(levelAt(process, t))));
  const step = (to - from) / LEVELS;
  const [s, c] = [
    [0, 0],
    [0, 0],
  ];
  const at = (k) => Math.exp(from + step * (k + 0.5));
  const parts = new Float64Array(LEVELS);
  for (let k = 0; k < LEVELS; k++) {
    const level = levelAt(process, timeOfRatio(process, at(k)));
    const [p, q, z] = [noised(free, level), noised(asked, level), noiseOf(k)];
    let sum = 0;
    for (let i = 0; i < x0.length; i += 2) {
      const [x, y] = [level.alpha * x0[i] + level.sigma * z[i], level.alpha * x0[i + 1] + level.sigma * z[i + 1]];
      score(p, x, y, s);
      score(q, x, y, c);
      sum += (c[0] - s[0]) ** 2 + (c[1] - s[1]) ** 2;
    }
    // |D_c − D_u|² = (σ²/α)²·|s_c − s_u|², and ½·d(1/σ²) = −d(ln σ)/σ²
    const apart = (sum / (x0.length / 2)) * (level.sigma ** 2 / level.alpha) ** 2;
    parts[k] = (apart / at(k) ** 2) * -step;
  }
  const energy = parts.reduce((a, b) => a + b, 0);
  if (!(energy > 0)) return null;
  const levelOf = (share) => {
    let sum = 0;
    const passed = parts.findIndex((part) => (sum += part) >= share * energy);
    return passed < 0 ? null : at(passed);
  };
  const [low, high] = [levelOf(1 - SHARE), levelOf(SHARE)];
  return low === null || high === null ? null : { low, high, energy };
}

/** √((n − 1)/n·Σ(vᵢ − v̄)²) of the ratios Σa/Σb with each row left out in turn: the jackknife. */
function jackknife(a, b) {
  const [sumA, sumB] = [a, b].map((list) => list.reduce((s, v) => s + v, 0));
  const without = a.map((v, i) => (sumA - v) / (sumB - b[i]));
  const n = a.length;
  const mean = without.reduce((s, v) => s + v, 0) / n;
  return Math.sqrt(((n - 1) / n) * without.reduce((s, v) => s + (v - mean) ** 2, 0));
}

/**
 * γ_eff of walks with its standard error: { value, se }, or null where s_c and s_u are the same along them.
 *
 * `free` and `asked` are s_u and s_c, functions of the level and then of the point. D_M is that of the field that leads or,
 * where a method takes the steps itself, read off its steps: x' = D_M + (σ'/σ)·(x − D_M).
 */
export function effective({ times, xs, fields }, process, free, asked, window, steps = false) {
  const n = xs[0].length / 2;
  const [dot, square] = [new Float64Array(n), new Float64Array(n)];
  const [m, u, c] = [new Float64Array(6), new Float64Array(2), new Float64Array(2)];
  let largest = 0;
  for (let i = 0; i + 1 < times.length; i++) {
    const [here, there] = [levelAt(process, times[i]), levelAt(process, times[i + 1])];
    const r = ratio(here);
    if (times[i + 1] === 0 || r < window.low || r > window.high) continue;
    const [field, first, second] = [fields[i](here), free(here), asked(here)];
    const [weight, keep] = [ratio(there) ** -2 - r ** -2, ratio(there) / r];
    const s2 = here.sigma ** 2;
    let size = 0;
    for (let row = 0; row < n; row++) {
      const [x, y] = [xs[i][2 * row], xs[i][2 * row + 1]];
      first(x, y, u);
      second(x, y, c);
      field(x, y, m);
      for (const j of [0, 1]) {
        const v = j === 0 ? x : y;
        const [du, dc] = [(v + s2 * u[j]) / here.alpha, (v + s2 * c[j]) / here.alpha];
        const dm = steps
          ? (xs[i + 1][2 * row + j] / there.alpha - (keep * v) / here.alpha) / (1 - keep)
          : (v + s2 * m[4 + j]) / here.alpha;
        dot[row] += weight * (dm - du) * (dc - du);
        square[row] += weight * (dc - du) ** 2;
        size += weight * (du * du + dc * dc);
      }
    }
    largest = Math.max(largest, size);
  }
  const [dots, squares] = [dot, square].map((list) => list.reduce((a, b) => a + b, 0));
  return squares > ROUNDING * largest ? { value: dots / squares, se: jackknife(dot, square) } : null;
}
