// Energy distances from where walks end to fixed points of p(x | y) and of the tilt: src/metrics/energy_error.rs.
//
//   E = 2·E|X − Y| − E|X − X′| − E|Y − Y′|
//
// X are the ends, Y points that stay where they are while γ moves, so that one number can be compared with the next. The
// distances within Y are then summed once. A tilt has no points of its own: it is p(x | y)·p(y | x)^(γ − 1) up to a factor, so
// those of p(x | y), weighted, stand for it (for γ < 1 those of p(x), for p(x)·p(y | x)^γ).

/** The sums of |aᵢ − bⱼ| over j, those over i, and the sum of all squares. */
function sumsOf(a, b) {
  const [n, m] = [a.length / 2, b.length / 2];
  const [rows, back] = [new Float64Array(n), new Float64Array(m)];
  let squares = 0;
  for (let i = 0; i < n; i++) {
    const [x, y] = [a[2 * i], a[2 * i + 1]];
    let sum = 0;
    for (let j = 0; j < m; j++) {
      const dx = x - b[2 * j],
        dy = y - b[2 * j + 1];
      const square = dx * dx + dy * dy;
      const d = Math.sqrt(square);
      sum += d;
      back[j] += d;
      squares += square;
    }
    rows[i] = sum;
  }
  return { rows, back, squares };
}

/** The sums within a set, each distance found once. */
function sumsWithin(a) {
  const n = a.length / 2;
  const rows = new Float64Array(n);
  let squares = 0;
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      const dx = a[2 * i] - a[2 * j],
        dy = a[2 * i + 1] - a[2 * j + 1];
      const square = dx * dx + dy * dy;
      const d = Math.sqrt(square);
      rows[i] += d;
      rows[j] += d;
      squares += 2 * square;
    }
  }
  return { rows, squares };
}

const total = (list) => list.reduce((a, b) => a + b, 0);
const ofSquares = (list) => list.reduce((a, b) => a + b * b, 0);

/** V, the mean of the squared and doubly centred distance between two different points, from its sums; without bias. */
function centred({ rows, squares }) {
  const n = rows.length;
  const margins = (2 * ofSquares(rows)) / (n - 2) - total(rows) ** 2 / ((n - 1) * (n - 2));
  return Math.max((squares - margins) / (n * (n - 3)), 0);
}

/** The same between points of two sets. */
function centredAcross({ rows, back, squares }) {
  const [n, m] = [rows.length, back.length];
  const margins = ofSquares(rows) / m + ofSquares(back) / n - total(rows) ** 2 / (n * m);
  return Math.max((squares - margins) / ((n - 1) * (m - 1)), 0);
}

/** s²(v)/n, the variance of a mean. */
function ofMean(v) {
  const mean = total(v) / v.length;
  return v.reduce((sum, u) => sum + (u - mean) ** 2, 0) / (v.length - 1) / v.length;
}

/** Points (flat) with the sums of the distances between them. */
export function fixedPoints(x) {
  return { x, within: sumsWithin(x) };
}

/** Where i = j counts nothing: the sums of a set within itself as means, 2·(mean across − mean within) of each point. */
function pull(across, others, within) {
  return across.map((sum, i) => 2 * (sum / others - within.rows[i] / (within.rows.length - 1)));
}

/**
 * The energy distance of two sets of points with its standard error.
 *
 *   se² = s²(g)/n + s²(h)/m + 2V_x/(n(n − 1)) + 2V_y/(m(m − 1)) + 4V_xy/(nm)
 *   gᵢ = 2·(meanⱼ |xᵢ − yⱼ| − mean_{j≠i} |xᵢ − xⱼ|),   hⱼ the same from y
 *
 * Source: Székely & Rizzo 2013 (10.1016/j.jspi.2013.03.018); the jackknife of Efron & Stein 1981.
 */
export function energy(one, two) {
  const across = sumsOf(one.x, two.x);
  const [n, m] = [across.rows.length, across.back.length];
  const [pairs, others] = [n * (n - 1), m * (m - 1)];
  const value = (2 * total(across.rows)) / (n * m) - total(one.within.rows) / pairs - total(two.within.rows) / others;
  const second =
    (2 * centred(one.within)) / pairs + (2 * centred(two.within)) / others + (4 * centredAcross(across)) / (n * m);
  const first = ofMean(pull(across.rows, m, one.within)) + ofMean(pull(across.back, n, two.within));
  return { value, se: Math.sqrt(second + first) };
}

/** The points that weights wⱼ, which sum to one, are worth: 1/Σwⱼ². */
export function effectiveSize(weights) {
  return 1 / ofSquares(weights);
}

/**
 * The same to the law that has probability wⱼ at yⱼ, Σw = 1, where the yⱼ were drawn from another law.
 *
 *   E = 2/n ΣᵢΣⱼ wⱼ|xᵢ − yⱼ| − 1/(n(n − 1)) Σ_{i≠j} |xᵢ − xⱼ| − Σ_{j≠k} wⱼwₖ|yⱼ − yₖ|/(1 − Σw²)
 *   se² = s²(g)/n + Σ wⱼ²(hⱼ − h̄)²/(1 − Σw²) + the parts of second order, m for 1/Σw²
 *
 * h̄ = Σwⱼhⱼ: the error of a mean whose weights are normalised, by the delta method. It is biased by some 1/m of the law's
 * own width. Equal weights are the distance above. Source: Owen 2013, Monte Carlo theory, methods and examples, eq. 9.9.
 */
export function weightedEnergy(one, two, weights) {
  const [n, m] = [one.x.length / 2, weights.length];
  const squares = ofSquares(weights);
  const [g, h] = [new Float64Array(n), new Float64Array(m)];
  let [across, within] = [0, 0];
  for (let i = 0; i < n; i++) {
    const [x, y] = [one.x[2 * i], one.x[2 * i + 1]];
    let sum = 0;
    for (let j = 0; j < m; j++) {
      const d = Math.sqrt((x - two.x[2 * j]) ** 2 + (y - two.x[2 * j + 1]) ** 2);
      sum += weights[j] * d;
      h[j] += d;
    }
    across += sum / n;
    g[i] = 2 * (sum - one.within.rows[i] / (n - 1));
  }
  const sums = new Float64Array(m); // Σ_{k≠j} wₖ|yⱼ − yₖ|
  for (let j = 0; j < m; j++) {
    const [x, y] = [two.x[2 * j], two.x[2 * j + 1]];
    for (let k = 0; k < j; k++) {
      const d = Math.sqrt((x - two.x[2 * k]) ** 2 + (y - two.x[2 * k + 1]) ** 2);
      sums[j] += weights[k] * d;
      sums[k] += weights[j] * d;
    }
  }
  for (let j = 0; j < m; j++) {
    within += weights[j] * sums[j];
    h[j] = 2 * (h[j] / n - sums[j] / (1 - weights[j]));
  }
  const value = 2 * across - total(one.within.rows) / (n * (n - 1)) - within / (1 - squares);
  const mean = h.reduce((sum, v, j) => sum + weights[j] * v, 0);
  const first = h.reduce((sum, v, j) => sum + (weights[j] * (v - mean)) ** 2, 0) / (1 - squares) + ofMean(g);
  const v = centred(one.within); // both sets have about this width
  const second = 2 * v * (1 / (n * (n - 1)) + squares * squares + (2 * squares) / n);
  return { value, se: Math.sqrt(first + second) };
}

/** Weights that sum to one from their logarithms. */
export function normalised(logs) {
  const top = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = logs.map((l) => Math.exp(l - top));
  const sum = total(weights);
  return weights.map((w) => w / sum);
}
