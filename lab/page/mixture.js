// A Gaussian mixture of the plane, known exactly at every noise level: src/mixture/plain.rs.
//
//   p(x₀) = Σₖ πₖ N(x₀; μₖ, Σₖ),   p_t(x) = Σₖ πₖ N(x; α·μₖ, Cₖ),   Cₖ = α²Σₖ + σ²I
//
// A mixture is { weights, means: [[x, y]], covs: [[xx, xy, yy]], labels, classes }. A point is two numbers; answers that
// are vectors go into `out`, so that a field of thousands of points makes no garbage.

const SMALLEST = 2.2250738585072014e-308; // a share below this is raised to it
const LOG_TAU = Math.log(2 * Math.PI);
const NOTHING = -60; // a component below e⁻⁶⁰ of the largest changes no digit of a score

/** A mixture whose weights sum to one. */
export function mixtureOf({ weights, means, covs, labels }) {
  const total = weights.reduce((a, b) => a + b, 0);
  return { weights: weights.map((w) => w / total), means, covs, labels, classes: 1 + Math.max(...labels) };
}

/** The components whose label is accepted, as a mixture of one class: p(x₀ | y), or p(x₀ | not y). */
function only(mixture, accepted) {
  const keep = mixture.labels.map((label, k) => (accepted(label) ? k : -1)).filter((k) => k >= 0);
  const pick = (list) => keep.map((k) => list[k]);
  return mixtureOf({
    weights: pick(mixture.weights),
    means: pick(mixture.means),
    covs: pick(mixture.covs),
    labels: keep.map(() => 0),
  });
}

/** The same mixture, each component wider by b²: a worse model of it, as in autoguidance. */
export function blurred(mixture, b) {
  return { ...mixture, covs: mixture.covs.map(([xx, xy, yy]) => [xx + b * b, xy, yy + b * b]) };
}

/**
 * p(x₀ | v) once v = a·x₀ + τ·n is measured, a a row of two numbers: each component by Kalman's update.
 *
 *   wₖ ∝ πₖ N(v; a·μₖ, sₖ),   sₖ = aΣₖaᵀ + τ²,   kₖ = Σₖaᵀ/sₖ
 *   μₖ' = μₖ + kₖ(v − a·μₖ),   Σₖ' = Σₖ − kₖ·aΣₖ
 *
 * A mask is one such row; a point is the rows (1, 0) and (0, 1), one after the other.
 */
export function measured(mixture, a, v, tau) {
  const parts = mixture.means.map(([mx, my], k) => {
    const [xx, xy, yy] = mixture.covs[k];
    const [cx, cy] = [xx * a[0] + xy * a[1], xy * a[0] + yy * a[1]]; // Σaᵀ
    const s = a[0] * cx + a[1] * cy + tau * tau;
    const miss = v - a[0] * mx - a[1] * my;
    return {
      log: Math.log(mixture.weights[k]) - 0.5 * ((miss * miss) / s + Math.log(s) + LOG_TAU),
      mean: [mx + (cx * miss) / s, my + (cy * miss) / s],
      cov: [xx - (cx * cx) / s, xy - (cx * cy) / s, yy - (cy * cy) / s],
    };
  });
  const top = Math.max(...parts.map((p) => p.log));
  const evidence = top + Math.log(parts.reduce((sum, p) => sum + Math.exp(p.log - top), 0));
  return {
    ...mixture,
    weights: parts.map((p) => Math.max(Math.exp(p.log - evidence), SMALLEST)),
    means: parts.map((p) => p.mean),
    covs: parts.map((p) => p.cov),
  };
}

/** Which labels a condition asks for, if it names classes: a function of the label, else null. */
export function wantedBy(condition) {
  switch (condition.kind) {
    case 'class':
      return (label) => label === condition.class;
    case 'not':
      return (label) => label !== condition.class;
    case 'words':
      return (label) => condition.words.includes(label);
    default:
      return null;
  }
}

/**
 * p(x₀ | y) of a condition: { kind: 'none' }, 'class' or 'not' with { class }, 'words' with { words }, the labels that may
 * occur, 'point' { y, tau }, 'mask' { axis, value, tau }.
 */
export function given(mixture, condition) {
  const wanted = wantedBy(condition);
  if (wanted) return only(mixture, wanted);
  switch (condition.kind) {
    case 'mask':
      return measured(mixture, condition.axis === 0 ? [1, 0] : [0, 1], condition.value, condition.tau);
    case 'point':
      return [
        [1, 0],
        [0, 1],
      ].reduce((m, a, i) => measured(m, a, condition.y[i], condition.tau), mixture);
    default:
      return mixture;
  }
}

/** Q·√λ of a covariance Q·diag(λ)·Qᵀ, by one rotation: src/linalg.rs. */
function rootOf([xx, xy, yy]) {
  if (xy === 0) return [Math.sqrt(xx), 0, 0, Math.sqrt(yy)];
  const theta = (yy - xx) / (2 * xy);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  const [a, b] = [Math.sqrt(Math.max(xx - t * xy, 0)), Math.sqrt(Math.max(yy + t * xy, 0))];
  return [c * a, s * b, -s * a, c * b];
}

/**
 * Points of a mixture (flat) from draws (u, z₁, z₂) of each: x = μₖ + Q·√λ·z, k the component whose share of [0, 1) holds u.
 * The same draws stay where they are while the mixture does.
 */
export function pointsOf(mixture, draws) {
  const roots = mixture.covs.map(rootOf);
  const x = new Float64Array((2 * draws.length) / 3);
  for (let i = 0; i < x.length / 2; i++) {
    let [k, u] = [0, draws[3 * i]];
    while (k + 1 < roots.length && u >= mixture.weights[k]) u -= mixture.weights[k++];
    const [z1, z2] = [draws[3 * i + 1], draws[3 * i + 2]];
    const [a, b, c, d] = roots[k];
    x[2 * i] = mixture.means[k][0] + a * z1 + b * z2;
    x[2 * i + 1] = mixture.means[k][1] + c * z1 + d * z2;
  }
  return x;
}

/** p_t made ready to be asked at many points: log πₖ − ½ log det(2πCₖ), α·μₖ and Cₖ⁻¹ of each component. */
export function noised(mixture, { alpha, sigma }) {
  const n = mixture.weights.length;
  const of = () => new Float64Array(n);
  const p = { n, log: of(), mx: of(), my: of(), a: of(), b: of(), c: of(), logs: of(), vx: of(), vy: of() };
  for (let k = 0; k < n; k++) {
    const [xx, xy, yy] = mixture.covs[k];
    const [cxx, cxy, cyy] = [
      alpha * alpha * xx + sigma * sigma,
      alpha * alpha * xy,
      alpha * alpha * yy + sigma * sigma,
    ];
    const det = cxx * cyy - cxy * cxy;
    p.log[k] = Math.log(mixture.weights[k]) - 0.5 * Math.log(det) - LOG_TAU;
    [p.mx[k], p.my[k]] = [alpha * mixture.means[k][0], alpha * mixture.means[k][1]];
    [p.a[k], p.b[k], p.c[k]] = [cyy / det, -cxy / det, cxx / det];
  }
  return p;
}

/** Leaves lₖ = log πₖ N(x; α·μₖ, Cₖ) in p.logs and vₖ = Cₖ⁻¹(α·μₖ − x) in p.vx, p.vy, and answers the largest lₖ. */
function components(p, x, y) {
  const { n, log, mx, my, a, b, c, logs, vx, vy } = p;
  let top = -Infinity;
  for (let k = 0; k < n; k++) {
    const dx = mx[k] - x,
      dy = my[k] - y;
    const px = a[k] * dx + b[k] * dy,
      py = b[k] * dx + c[k] * dy;
    const l = log[k] - 0.5 * (dx * px + dy * py);
    logs[k] = l;
    vx[k] = px;
    vy[k] = py;
    if (l > top) top = l;
  }
  return top;
}

/** log p_t(x), by log-sum-exp. */
export function logDensity(p, x, y) {
  const top = components(p, x, y);
  let sum = 0;
  for (let k = 0; k < p.n; k++) sum += Math.exp(p.logs[k] - top);
  return top + Math.log(sum);
}

/**
 * The score into out[0], out[1].
 *
 *   ∇ₓ log p_t(x) = Σₖ rₖ·vₖ,   vₖ = Cₖ⁻¹(α·μₖ − x),   rₖ = πₖ N(x; α·μₖ, Cₖ)/p_t(x)
 */
export function score(p, x, y, out) {
  const top = components(p, x, y);
  const { n, logs, vx, vy } = p;
  let sum = 0,
    sx = 0,
    sy = 0;
  for (let k = 0; k < n; k++) {
    const l = logs[k] - top;
    if (l < NOTHING) continue;
    const r = l === 0 ? 1 : Math.exp(l);
    sum += r;
    sx += r * vx[k];
    sy += r * vy[k];
  }
  out[0] = sx / sum;
  out[1] = sy / sum;
}

/** P(y | x_t = x) of every class: Σ rₖ over its components. */
export function classProbabilities(mixture, p, x, y) {
  const top = components(p, x, y);
  const share = new Array(mixture.classes).fill(0);
  let sum = 0;
  for (let k = 0; k < p.n; k++) {
    const r = Math.exp(p.logs[k] - top);
    sum += r;
    share[mixture.labels[k]] += r;
  }
  return share.map((r) => r / sum);
}

/** E[x₀ | x_t = x] = (x + σ²·∇ₓ log p_t(x))/α, Tweedie's formula. */
export function denoised(p, { alpha, sigma }, x, y) {
  const s = [0, 0];
  score(p, x, y, s);
  return [(x + sigma * sigma * s[0]) / alpha, (y + sigma * sigma * s[1]) / alpha];
}

/**
 * The exact denoiser as attention, each component a token: its weight, a softmax over the tokens that `allowed` lets through
 * by their labels, and its value, E[x₀ | x_t, k]. A caption masks tokens; ∅ masks none.
 *
 *   D(x) = Σₖ aₖ·vₖ(x),   a = softmaxₖ(log πₖ + log N(x; α·μₖ, Cₖ)),   vₖ = μₖ + α·Σₖ·Cₖ⁻¹(x − α·μₖ)
 */
export function attention(mixture, level, x, y, allowed = () => true) {
  const p = noised(mixture, level);
  components(p, x, y);
  const log = (k) => (allowed(mixture.labels[k]) ? p.logs[k] : -Infinity);
  const top = mixture.labels.reduce((most, _, k) => Math.max(most, log(k)), -Infinity);
  const tokens = mixture.covs.map(([xx, xy, yy], k) => {
    const [vx, vy] = [-level.alpha * p.vx[k], -level.alpha * p.vy[k]]; // α·Cₖ⁻¹(x − α·μₖ)
    const [mx, my] = mixture.means[k];
    return { weight: Math.exp(log(k) - top), value: [mx + xx * vx + xy * vy, my + xy * vx + yy * vy] };
  });
  const sum = tokens.reduce((total, { weight }) => total + weight, 0);
  return tokens.map(({ weight, value }) => ({ weight: weight / sum, value }));
}

/** log q(x) of the tilt q ∝ p(x)^(1 − γ)·p(x | y)^γ, up to a constant; γ = 0 is p, γ = 1 is p(x | y). */
export function logTilt(free, asked, gamma, x, y) {
  return (1 - gamma) * logDensity(free, x, y) + gamma * logDensity(asked, x, y);
}

/** Whether the tilt falls off in every direction: Σ w·minₖ uᵀCₖ⁻¹u > 0 for its two powers. Else it is no density. */
export function tiltIsProper(free, asked, gamma) {
  const slowest = (p, ux, uy) => {
    let least = Infinity;
    for (let k = 0; k < p.n; k++) least = Math.min(least, p.a[k] * ux * ux + 2 * p.b[k] * ux * uy + p.c[k] * uy * uy);
    return least;
  };
  for (let i = 0; i < 360; i++) {
    const ux = Math.cos((Math.PI * i) / 360),
      uy = Math.sin((Math.PI * i) / 360);
    if ((1 - gamma) * slowest(free, ux, uy) + gamma * slowest(asked, ux, uy) <= 1e-9) return false;
  }
  return true;
}
