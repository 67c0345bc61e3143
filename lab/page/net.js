// A small network, forward and backward to its input: src/nn/plain.rs in double precision on f32 weights.
//
//   h₀ = [x | cos, sin(2π·f·λ) | E_y],   h_{l+1} = silu(h_l·W_l + b_l) (+ h_l if residual),   out = h_L·W_L + b_L
//
// A network is { config: { inputs, features, labels, embedding, width, depth, residual, outputs }, params }: θ is one flat
// block, W row by row and b of each layer, last the label table. λ is the log-SNR, f runs from 1/64 to 1/4.

const silu = (z) => z / (1 + Math.exp(-z));
const slope = (z) => {
  const p = 1 / (1 + Math.exp(-z));
  return p + z * p * (1 - p);
};

/** Where W and b of each layer lie in the flat block, and the label table. */
export function layout(c) {
  const layers = [];
  let at = 0;
  for (let l = 0; l <= c.depth; l++) {
    const inputs = l === 0 ? c.inputs + c.features + (c.labels > 0 ? c.embedding : 0) : c.width;
    const outputs = l === c.depth ? c.outputs : c.width;
    layers.push({ inputs, outputs, weights: at, bias: at + inputs * outputs });
    at += (inputs + 1) * outputs;
  }
  return { layers, table: at };
}

/** h₀ of a point; `label` is a class, or null for ∅, the last row of the table. */
function seen({ config: c, params }, table, x, lambda, label) {
  const h = Array.from(x);
  const n = c.features / 2;
  const phases = Array.from({ length: n }, (_, i) => 2 * Math.PI * (16 ** (i / (Math.max(n, 2) - 1)) / 64) * lambda);
  h.push(...phases.map(Math.cos), ...phases.map(Math.sin));
  if (c.labels > 0) {
    const row = table + (label ?? c.labels - 1) * c.embedding;
    h.push(...params.slice(row, row + c.embedding));
  }
  return h;
}

/** What a level and a label add to the first layer of every point: b₀ + [cos, sin | E_y]·W. */
export function firstLayer(net, lambda, label) {
  const { config: c, params } = net;
  const {
    layers: [{ inputs, outputs, weights, bias }],
    table,
  } = layout(c);
  const h = seen(net, table, new Array(c.inputs).fill(0), lambda, label);
  const sum = Float64Array.from(params.slice(bias, bias + outputs));
  for (let i = c.inputs; i < inputs; i++) {
    for (let j = 0; j < outputs; j++) sum[j] += h[i] * params[weights + i * outputs + j];
  }
  return sum;
}

/** The answer to one point, and z₀ … z_L that lead to it. */
export function forward(net, x, lambda, label = null) {
  const { config: c, params } = net;
  const { layers, table } = layout(c);
  let h = seen(net, table, x, lambda, label);
  const zs = layers.map(({ inputs, outputs, weights, bias }, l) => {
    const z = Array.from(params.slice(bias, bias + outputs));
    for (let i = 0; i < inputs; i++) {
      const row = weights + i * outputs;
      for (let j = 0; j < outputs; j++) z[j] += h[i] * params[row + j];
    }
    const passes = c.residual && l > 0 && l < c.depth;
    h = z.map((v, j) => silu(v) + (passes ? h[j] : 0));
    return z;
  });
  return { zs, output: zs[zs.length - 1] };
}

/** ∂L/∂x from ∂L/∂out, by the chain rule from the last layer to the first. */
export function backward({ config: c, params }, { zs }, dOutput) {
  const { layers } = layout(c);
  let dz = Array.from(dOutput);
  let dh = [];
  for (let l = c.depth; l >= 0; l--) {
    const { inputs, outputs, weights } = layers[l];
    const passes = c.residual && l > 0 && l < c.depth;
    const above = dh;
    dh = Array.from({ length: inputs }, (_, i) => {
      let sum = passes ? above[i] : 0;
      for (let j = 0; j < outputs; j++) sum += dz[j] * params[weights + i * outputs + j];
      return sum;
    });
    if (l > 0) dz = dh.map((d, j) => d * slope(zs[l - 1][j]));
  }
  return dh.slice(0, c.inputs);
}

/** c_skip, c_out and c_in of a target at r = σ/α: src/nn/score_net.rs. Source: Karras et al. 2022 (2206.00364), table 1. */
export function coefficients(target, r, sigmaData) {
  const [s2, r2] = [sigmaData * sigmaData, r * r];
  const root = Math.sqrt(s2 + r2);
  const [skip, out] = {
    edm: [s2 / (s2 + r2), (sigmaData * r) / root],
    eps: [1, -r],
    x0: [0, 1],
    v: [1 / (1 + r2), -r / Math.sqrt(1 + r2)],
  }[target];
  return { skip, out, input: 1 / root };
}

/** The learned score (α·D − x)/σ², D = c_skip·x/α + c_out·F(c_in·x/α, λ, y). */
export function learnedScore({ net, target, sigmaData }, x, { alpha, sigma }, label = null) {
  const { skip, out, input } = coefficients(target, sigma / alpha, sigmaData);
  const lambda = 2 * Math.log(alpha / sigma);
  const { output } = forward(
    net,
    x.map((v) => (v * input) / alpha),
    lambda,
    label,
  );
  return x.map((v, i) => (alpha * ((skip * v) / alpha + out * output[i]) - v) / (sigma * sigma));
}
