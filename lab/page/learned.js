// Learned scores and classifiers as fields: net.js made fast for many points at one noise level. src/nn/mlp.rs.
//
//   s_θ(x, y) = (α·D − x)/σ²,   D = c_skip·x/α + c_out·F(c_in·x/α, λ, y)
//   ∇ₓ log p_φ(y | x) = c_in·g·∂ log softmax(g·F(c_in·x/α, λ))_y/∂F·∂F/∂x
//
// What the level and the label add to the first layer is the same for all points, so it is added up once.

import { coefficients, firstLayer, layout } from './net.js';

/** Weights from base64: f32, little endian. */
export function weightsOf(text) {
  const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float64Array.from({ length: bytes.length / 4 }, (_, i) => view.getFloat32(4 * i, true));
}

/** z ← b + h·W of a layer. */
function multiply({ inputs, outputs, weights, bias }, params, h, z) {
  for (let j = 0; j < outputs; j++) z[j] = params[bias + j];
  for (let i = 0; i < inputs; i++) {
    const v = h[i];
    const row = weights + i * outputs;
    for (let j = 0; j < outputs; j++) z[j] += v * params[row + j];
  }
}

/** The network at one level and label: run(x, y) leaves z₀ … z_L in `zs`; back(d) is ∂L/∂x from ∂L/∂out. */
function network({ config, params }, lambda, label) {
  const { layers } = layout(config);
  const shared = firstLayer({ config, params }, lambda, label);
  const zs = layers.map(({ outputs }) => new Float64Array(outputs));
  const hs = layers.map(({ outputs }) => new Float64Array(outputs));
  const slopes = layers.map(({ outputs }) => new Float64Array(outputs));
  const width = layers[0].outputs;
  const run = (x, y) => {
    const z = zs[0];
    for (let j = 0; j < width; j++) z[j] = shared[j] + x * params[j] + y * params[width + j];
    for (let l = 0; l < config.depth; l++) {
      const passes = config.residual && l > 0;
      for (let j = 0; j < width; j++) {
        const v = zs[l][j];
        const p = 1 / (1 + Math.exp(-v));
        hs[l][j] = v * p + (passes ? hs[l - 1][j] : 0);
        slopes[l][j] = p + v * p * (1 - p);
      }
      multiply(layers[l + 1], params, hs[l], zs[l + 1]);
    }
    return zs[config.depth];
  };
  const back = (d) => {
    let dz = d;
    let above = null;
    for (let l = config.depth; l > 0; l--) {
      const { outputs, weights } = layers[l];
      const passes = config.residual && l < config.depth;
      const dh = new Float64Array(width);
      for (let i = 0; i < width; i++) {
        let sum = passes ? above[i] : 0;
        for (let j = 0; j < outputs; j++) sum += dz[j] * params[weights + i * outputs + j];
        dh[i] = sum;
      }
      above = dh;
      dz = dh.map((v, j) => v * slopes[l - 1][j]);
    }
    const along = (row) => dz.reduce((sum, v, j) => sum + v * params[row * width + j], 0);
    return [along(0), along(1)];
  };
  return { run, back };
}

/** The score of a network at a level, for a class or, with null, for ∅: (x, y, out). */
export function scoreOf({ net, target, sigmaData }, level, label) {
  const { alpha, sigma } = level;
  const { skip, out: scale, input } = coefficients(target, sigma / alpha, sigmaData);
  const { run } = network(net, 2 * Math.log(alpha / sigma), label);
  const seen = input / alpha;
  return (x, y, out) => {
    const f = run(seen * x, seen * y);
    out[0] = (alpha * ((skip * x) / alpha + scale * f[0]) - x) / (sigma * sigma);
    out[1] = (alpha * ((skip * y) / alpha + scale * f[1]) - y) / (sigma * sigma);
  };
}

/**
 * ∇ₓ log p_φ(y | x_t) of a classifier at a level: (x, y, out). One that sees no level is a clean one, which takes x_t for x₀.
 * Source: src/classifier/mod.rs.
 */
export function gradientOf({ net, sigmaData, sigmaWithin }, level, label) {
  const { alpha, sigma } = net.config.features > 0 ? level : { alpha: 1, sigma: 0 };
  const r2 = (sigma / alpha) ** 2;
  const root = Math.sqrt(sigmaData ** 2 + r2);
  const [seen, g] = [1 / root / alpha, (sigmaData * root) / (sigmaWithin ** 2 + r2)];
  const { run, back } = network(net, 2 * Math.log(level.alpha / level.sigma), null);
  return (x, y, out) => {
    const logits = Array.from(run(seen * x, seen * y), (f) => g * f);
    const top = Math.max(...logits);
    const sum = logits.reduce((total, l) => total + Math.exp(l - top), 0);
    const d = logits.map((l, j) => (j === label ? 1 : 0) - Math.exp(l - top) / sum);
    const [dx, dy] = back(d);
    out[0] = seen * g * dx;
    out[1] = seen * g * dy;
  };
}
