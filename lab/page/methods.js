// Ways of guiding besides the plain difference of two scores: src/methods, on one point of the plane.
//
// A method makes of s_u and s_c at one noise level a guided score: bend(level, method) answers (x, y, out), which finds s_u in
// out[0…1] and s_c − s_u in out[2…3] and leaves the score in out[4…5]. Many are said in denoised points, D = (x + σ²·s)/α.

import { characteristic } from './characteristic.js';
import { logDensity, noised } from './mixture.js';

const FIRST = 0.01; // σ/α at the ends of a schedule, as in the library
const LAST = 10;
const QUANTILE = 0.995; // of dynamic thresholding

/** s_u + w·(s_c − s_u), w the weight at a level. */
function weighed(weightAt) {
  return (level, method) => {
    const weight = weightAt(level, method);
    return (x, y, out) => {
      out[4] = weight === 0 ? out[0] : out[0] + weight * out[2];
      out[5] = weight === 0 ? out[1] : out[1] + weight * out[3];
    };
  };
}

/** γ(u) = 1 + (γ − 1)·w(u)^power, u = ln((σ/α)/.01)/ln(10/.01), from 0 to 1. Source: Wang et al. 2024 (2404.13040). */
function scheduled(shape) {
  return weighed(({ alpha, sigma }, { gamma, knob }) => {
    const [first, last] = [Math.log(FIRST), Math.log(LAST)];
    const u = Math.min(Math.max((Math.log(sigma / alpha) - first) / (last - first), 0), 1);
    return 1 + (gamma - 1) * Math.max(shape(u), 0) ** knob;
  });
}

/** A formula on points: of x, D_u and D_c it leaves D in its last argument. */
function denoisedBy(formula) {
  return (level, method) => {
    const s2 = level.sigma * level.sigma;
    const [at, u, c, d] = [new Float64Array(2), new Float64Array(2), new Float64Array(2), new Float64Array(2)];
    const make = formula(level, method);
    return (x, y, out) => {
      [at[0], at[1]] = [x, y];
      for (let j = 0; j < 2; j++) {
        u[j] = (at[j] + s2 * out[j]) / level.alpha;
        c[j] = (at[j] + s2 * (out[j] + out[2 + j])) / level.alpha;
      }
      make(at, u, c, d);
      for (let j = 0; j < 2; j++) out[4 + j] = (level.alpha * d[j] - at[j]) / s2;
    };
  };
}

/** ⟨a, b⟩/⟨b, b⟩; 0 where b is 0. */
const along = (a, b) => {
  const square = b[0] * b[0] + b[1] * b[1];
  return square > 0 ? (a[0] * b[0] + a[1] * b[1]) / square : 0;
};

/** D_c + (γ − 1)·(Δ⊥ + η·Δ∥), Δ = D_c − D_u, Δ∥ along D_c. Source: Sadat et al. 2024 (2410.02416), section 4. */
const projected = denoisedBy((level, { gamma, knob: eta }) => {
  const difference = [0, 0];
  return (x, u, c, d) => {
    for (let j = 0; j < 2; j++) difference[j] = c[j] - u[j];
    const keep = 1 - (gamma - 1) * (1 - eta) * along(difference, c);
    for (let j = 0; j < 2; j++) d[j] = keep * c[j] + (gamma - 1) * difference[j];
  };
});

/**
 * v = u + γ·(v_c − u), u = (1 + p·(s* − 1))·v_u, s* = ⟨v_c, v_u⟩/|v_u|², v = (x − (α + σ)·D)/σ the velocity of the straight
 * line. Source: Fan et al. 2025 (2503.18886), section 4.
 */
const zeroStar = denoisedBy(({ alpha, sigma }, { gamma, knob: share }) => {
  const [vu, vc] = [
    [0, 0],
    [0, 0],
  ];
  return (x, u, c, d) => {
    for (let j = 0; j < 2; j++) {
      vu[j] = (x[j] - (alpha + sigma) * u[j]) / sigma;
      vc[j] = (x[j] - (alpha + sigma) * c[j]) / sigma;
    }
    const scale = 1 + share * (along(vc, vu) - 1);
    for (let j = 0; j < 2; j++) {
      const v = scale * vu[j] + gamma * (vc[j] - scale * vu[j]);
      d[j] = (x[j] - v * sigma) / (alpha + sigma);
    }
  };
});

/** clip(D_γ, −s, s)·b/s, s the larger of b and a quantile of |D_γ|. Source: Saharia et al. 2022 (2205.11487), section 2.3. */
const thresholded = denoisedBy((level, { gamma, knob: bound }) => (x, u, c, d) => {
  for (let j = 0; j < 2; j++) d[j] = u[j] + gamma * (c[j] - u[j]);
  const [small, large] = [Math.min(Math.abs(d[0]), Math.abs(d[1])), Math.max(Math.abs(d[0]), Math.abs(d[1]))];
  const s = Math.max(small + QUANTILE * (large - small), bound);
  for (let j = 0; j < 2; j++) d[j] = (Math.min(Math.max(d[j], -s), s) * bound) / s;
});

/** Another γ for the first coordinate, 1 + low·(γ − 1). Source: Sadat et al. 2025 (2506.19713), section 4. */
function banded(level, { gamma, knob: low }) {
  return (x, y, out) => {
    out[4] = out[0] + (1 + low * (gamma - 1)) * out[2];
    out[5] = out[1] + gamma * out[3];
  };
}

/** γ(x) = p(x | y)/(p(x | y) − π·p(x)), from 1 to γ. Source: Koulischer et al. 2025 (2506.06085). */
function feedback(level, { gamma, knob: pi, mixture, asked }) {
  const [p, q] = [noised(mixture, level), noised(asked, level)];
  const least = 1 / Math.max(gamma, 1);
  return (x, y, out) => {
    const share = pi && pi * Math.exp(logDensity(p, x, y) - logDensity(q, x, y)); // 0 without π, and not 0·∞
    const weight = 1 / Math.max(1 - share, least);
    out[4] = out[0] + weight * out[2];
    out[5] = out[1] + weight * out[3];
  };
}

/** 1 + (γ − 1)·(1 − t)^power, t = σ/(α + σ): what Rectified-CFG++ tends to as steps shrink. */
const fading = weighed(({ alpha, sigma }, { gamma, knob }) => 1 + (gamma - 1) * (1 - sigma / (alpha + sigma)) ** knob);

const constant = weighed((level, { gamma }) => gamma);
const knob = (usual, least, most, step) => ({ usual, least, most, step });
const GUIDED = (gamma) => (gamma === 0 || gamma === 1 ? 1 : 2);
const BOTH = () => 2;
const UNLESS_ONE = (gamma) => (gamma === 1 ? 1 : 2);

/**
 * The methods with one knob or none: how they bend, their knob's usual value and range, what an evaluation costs at a γ
 * (null where it depends on the point), and whether they `step` by a rule of their own.
 */
export const BENT = {
  linear: { bend: scheduled((u) => 1 - u), knob: knob(1, 0, 4, 0.1), cost: UNLESS_ONE },
  cosine: { bend: scheduled((u) => 0.5 * (1 + Math.cos(Math.PI * u))), knob: knob(1, 0, 4, 0.1), cost: UNLESS_ONE },
  beta: { bend: scheduled((u) => 4 * u * (1 - u)), knob: knob(1, 0, 4, 0.1), cost: UNLESS_ONE },
  feedback: { bend: feedback, knob: knob(0.5, 0, 1, 0.01), cost: () => 4 },
  characteristic: { bend: characteristic, knob: null, cost: () => null },
  apg: { bend: projected, knob: knob(0, -1, 2, 0.05), cost: UNLESS_ONE },
  'zero-star': { bend: zeroStar, knob: knob(1, 0, 1, 0.05), cost: BOTH },
  'dynamic-threshold': { bend: thresholded, knob: knob(2.5, 0.5, 4, 0.1), cost: GUIDED },
  'frequency-decoupled': { bend: banded, knob: knob(0.5, -1, 2, 0.05), cost: BOTH },
  'predictor-corrector': { bend: constant, knob: knob(1, 0, 8, 1), cost: () => 1, steps: true },
  'cfg++': { bend: constant, knob: null, cost: (gamma) => (gamma === 0 ? 1 : 2), steps: true },
  momentum: { bend: constant, knob: knob(0.5, 0, 2, 0.05), cost: GUIDED, steps: true },
  'rectified-cfg++': { bend: fading, knob: knob(0.5, 0, 4, 0.1), cost: (gamma) => (gamma === 1 ? 1 : 3), steps: true },
  tag: { bend: constant, knob: knob(1.05, 0.8, 1.5, 0.01), cost: GUIDED, steps: true },
};
