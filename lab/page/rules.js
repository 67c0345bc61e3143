// Rules by which a method takes the steps of a walk itself, or goes on where a sampler ended: src/methods, src/sampler/langevin.rs.
//
// rule(make, method) makes a stepper as those of sampler.js are, where make() makes the walk's own one.

const LANGEVIN = 0.05; // e/σ² of a correction, as in the library

const parts = new Float64Array(6);

/** D_u, D_c and D of all points, flat. */
function denoised(at, level, x) {
  const [field, s2] = [at(level), level.sigma * level.sigma];
  const [u, c, d] = [new Float64Array(x.length), new Float64Array(x.length), new Float64Array(x.length)];
  for (let i = 0; i < x.length; i += 2) {
    field(x[i], x[i + 1], parts);
    for (let j = 0; j < 2; j++) {
      u[i + j] = (x[i + j] + s2 * parts[j]) / level.alpha;
      c[i + j] = (x[i + j] + s2 * (parts[j] + parts[2 + j])) / level.alpha;
      d[i + j] = (x[i + j] + s2 * parts[4 + j]) / level.alpha;
    }
  }
  return { u, c, d };
}

const ratio = ({ alpha, sigma }) => sigma / alpha;

/** x' = D_u + γ·(D_c − D_u) + (σ'/σ)·(x − D_u), x for x/α. Source: Chung et al. 2024 (2406.08070), algorithm 2, γ for λ. */
function cfgPlusPlus() {
  return (at, x, here, there) => {
    const keep = ratio(there) / ratio(here);
    const { u, d } = denoised(at, here, x);
    return x.map((v, i) => there.alpha * (d[i] + keep * (v / here.alpha - u[i])));
  };
}

/** Points on the straight line from data to noise: y = x/(α + σ) at t = σ/(α + σ). */
const straight = ({ alpha, sigma }) => ({ sum: alpha + sigma, t: sigma / (alpha + sigma) });

/**
 * y' = y + (t' − t)·(v + a·(v − m)), then m ← ½m + ½v, v = (y − D)/t; at first m = v. Source: Liao et al. 2026 (2602.20360),
 * algorithm 1.
 */
function momentum(make, { knob: weight }) {
  let past = null;
  return (at, x, here, there) => {
    const [from, to] = [straight(here), straight(there)];
    const { d } = denoised(at, here, x);
    const v = x.map((p, i) => (p / from.sum - d[i]) / from.t);
    past ??= v.slice();
    const next = x.map((p, i) => (p / from.sum + (v[i] + weight * (v[i] - past[i])) * (to.t - from.t)) * to.sum);
    past = past.map((m, i) => 0.5 * m + 0.5 * v[i]);
    return next;
  };
}

/**
 * ŷ = y + ½(t' − t)·v_c, y' = y + (t' − t)·(v_c + (γ − 1)·(1 − t)^power·(v_c − v_u)(ŷ)). Source: Saini et al. 2025
 * (2510.07631), algorithm 1.
 */
function rectified(make, { gamma, knob: power }) {
  return (at, x, here, there) => {
    const [from, to] = [straight(here), straight(there)];
    const step = to.t - from.t;
    const y = x.map((v) => v / from.sum);
    const { c } = denoised(at, { alpha: 1 - from.t, sigma: from.t }, y);
    const v = y.map((p, i) => (p - c[i]) / from.t);
    const scale = (gamma - 1) * (1 - from.t) ** power;
    if (scale !== 0) {
      const middle = 0.5 * (from.t + to.t);
      const ahead = y.map((p, i) => p + 0.5 * step * v[i]);
      const there2 = denoised(at, { alpha: 1 - middle, sigma: middle }, ahead);
      for (let i = 0; i < v.length; i++) v[i] += (scale * (there2.u[i] - there2.c[i])) / middle;
    }
    return y.map((p, i) => (p + v[i] * step) * to.sum);
  };
}

/** x' = P·x̂ + η·(1 − P)·x̂, P = x·xᵀ/|x|². Source: Cho et al. 2025 (2510.04533), section 4. */
function tangential(make, { knob: eta }) {
  const inner = make();
  return (at, x, here, there, how) => {
    const next = inner(at, x, here, there, how);
    for (let i = 0; i < x.length; i += 2) {
      const square = x[i] * x[i] + x[i + 1] * x[i + 1];
      const part = square > 0 ? (next[i] * x[i] + next[i + 1] * x[i + 1]) / square : 0;
      for (let j = i; j < i + 2; j++) next[j] = eta * next[j] + (1 - eta) * part * x[j];
    }
    return next;
  };
}

/** The field with s_c in the place of the guided score. */
const conditional = (at) => (level) => {
  const field = at(level);
  return (x, y, out) => {
    field(x, y, out);
    [out[4], out[5]] = [out[0] + out[2], out[1] + out[3]];
  };
};

/** A step on s_c, then K times x + ½e·s_γ + √e·z, e = .05·σ². Source: Bradley & Nakkiran 2024 (2408.09000), section 4. */
function corrected(make, { knob: corrections }) {
  const inner = make();
  return (at, x, here, there, how) => {
    let next = inner(conditional(at), x, here, there, how);
    if (there.sigma === 0) return next;
    const e = LANGEVIN * there.sigma * there.sigma;
    const field = at(there);
    for (let k = 1; k <= corrections; k++) {
      const z = how.noiseOf(k);
      const moved = new Float64Array(next.length);
      for (let i = 0; i < next.length; i += 2) {
        field(next[i], next[i + 1], parts);
        for (let j = 0; j < 2; j++) moved[i + j] = next[i + j] + 0.5 * e * parts[4 + j] + Math.sqrt(e) * z[i + j];
      }
      next = moved;
    }
    return next;
  };
}

/** The rules by the names of their methods. */
export const RULES = {
  'predictor-corrector': corrected,
  'cfg++': cfgPlusPlus,
  momentum,
  'rectified-cfg++': rectified,
  tag: tangential,
};
/** Those that take the steps whatever the walk's own sampler is. */
export const OWN_STEPS = ['cfg++', 'momentum', 'rectified-cfg++'];
