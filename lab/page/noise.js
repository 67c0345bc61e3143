// Noise levels, four noise processes, and the times of a walk: src/noise in double precision.
//
//   x_t = α(t)·x₀ + σ(t)·ε,   t from 0 (data) to 1 (noise)
//   dx = f(t)·x dt + g(t) dw,   f = d ln α/dt,   g² = dσ²/dt − 2f·σ²
//
// A process is { name } with its parameters: { name: 'vp-linear', betaMin, betaMax }, { name: 've', sigmaMin, sigmaMax },
// { name: 'vp-cosine' } or { name: 'flow' }. A level is { alpha, sigma }. Source: Song et al. 2021 (2011.13456), appendix B.

export const VP_LINEAR = { name: 'vp-linear', betaMin: 0.1, betaMax: 20 };

// ±log-SNR at which a process other than VE stops, as in the library.
const LOG_SNR_END = 12;
const HALF_PI = Math.PI / 2;

/** (α, σ) at time t. */
export function levelAt(process, t) {
  switch (process.name) {
    case 'vp-linear': {
      const b = process.betaMin * t + 0.5 * (process.betaMax - process.betaMin) * t * t; // ∫β
      return { alpha: Math.exp(-0.5 * b), sigma: Math.sqrt(-Math.expm1(-b)) };
    }
    case 'vp-cosine':
      return { alpha: Math.cos(HALF_PI * t), sigma: Math.sin(HALF_PI * t) };
    case 've':
      return { alpha: 1, sigma: process.sigmaMax * t };
    case 'flow':
      return { alpha: 1 - t, sigma: t };
    default:
      throw new Error(`no process is called ${process.name}`);
  }
}

/** The log signal-to-noise ratio λ = 2·ln(α/σ); ∞ at σ = 0. */
export function logSnr(level) {
  return 2 * Math.log(level.alpha / level.sigma);
}

/** σ/α, the level of the variance-exploding process for x/α. */
export function ratio(level) {
  return level.sigma / level.alpha;
}

/** f(t) = d ln α/dt: the forward drift is f(t)·x. */
export function drift(process, t) {
  switch (process.name) {
    case 'vp-linear':
      return -0.5 * (process.betaMin + t * (process.betaMax - process.betaMin));
    case 'vp-cosine':
      return -HALF_PI * Math.tan(HALF_PI * t);
    case 've':
      return 0;
    default:
      return -1 / (1 - t);
  }
}

/** g²(t), the variance that the forward noise adds per unit of t. */
export function g2(process, t) {
  switch (process.name) {
    case 'vp-linear':
      return process.betaMin + t * (process.betaMax - process.betaMin);
    case 'vp-cosine':
      return Math.PI * Math.tan(HALF_PI * t);
    case 've':
      return 2 * process.sigmaMax * process.sigmaMax * t;
    default:
      return (2 * t) / (1 - t);
  }
}

/** The time at which the log-SNR is λ: the inverse of logSnr(levelAt(process, t)). */
export function timeOfLogSnr(process, lambda) {
  switch (process.name) {
    case 'vp-linear': {
      const b = Math.log1p(Math.exp(-lambda)); // ∫β = ln(1 + e^−λ)
      const slope = process.betaMax - process.betaMin;
      // the root of ½·slope·t² + β_min·t − b, in the form that stays exact as slope → 0
      return (2 * b) / (process.betaMin + Math.sqrt(process.betaMin * process.betaMin + 2 * slope * b));
    }
    case 'vp-cosine':
      return Math.atan(Math.exp(-0.5 * lambda)) / HALF_PI;
    case 've':
      return Math.exp(-0.5 * lambda) / process.sigmaMax;
    default:
      return 1 / (1 + Math.exp(0.5 * lambda));
  }
}

/** The time at which σ/α is r. */
export function timeOfRatio(process, r) {
  return timeOfLogSnr(process, -2 * Math.log(r));
}

/** The earliest time a grid holds before 0. */
export function timeMin(process) {
  return process.name === 've' ? process.sigmaMin / process.sigmaMax : timeOfLogSnr(process, LOG_SNR_END);
}

/** The latest time, where a walk starts. */
export function timeMax(process) {
  return process.name === 'vp-linear' || process.name === 've' ? 1 : timeOfLogSnr(process, -LOG_SNR_END);
}

/**
 * The times t₀ > … > t_N = 0 of a walk of N steps, spaced evenly in (σ/α)^(1/7).
 * Source: Karras et al. 2022 (2206.00364), eq. 5.
 */
export function gridToData(process, steps) {
  const RHO = 7;
  const [from, to] = [timeMax(process), timeMin(process)];
  const times = [from];
  const root = (t) => Math.pow(ratio(levelAt(process, t)), 1 / RHO);
  for (let i = 1; i < steps; i++) {
    const u = i / (steps - 1);
    const r = root(from) + u * (root(to) - root(from));
    times.push(i === steps - 1 ? to : timeOfLogSnr(process, -2 * RHO * Math.log(r)));
  }
  times.push(0);
  return times;
}

/** The same walk in pieces that meet at the times `edges`; an edge outside the grid cuts nothing. */
export function cut(times, edges) {
  const pieces = [];
  let rest = times.slice();
  for (const edge of [...edges].sort((a, b) => b - a)) {
    const before = rest.filter((t) => t > edge).length;
    if (before > 0 && edge > rest[rest.length - 1]) {
      pieces.push([...rest.slice(0, before), edge]);
      rest = rest.slice(before);
      if (rest[0] !== edge) rest.unshift(edge);
    }
  }
  pieces.push(rest);
  return pieces;
}
