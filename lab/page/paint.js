// Points of one's own: every dab of paint is a small Gaussian of the chosen class, so that a mixture is there at once.
//
// Where there are more than an address holds, the two components of a class that are most alike become one with the weight,
// mean and covariance of both; of the class as a whole nothing of these changes.

const WIDTH = 0.06; // the variance of a dab
const WEIGHT = 0.05; // of a dab, beside the weights of a scene, which sum to one
/** The most components that a mixture of one's own has. */
export const MOST_COMPONENTS = 16;
/** How far apart dabs of one stroke are. */
export const APART = 0.2;

/** One component with the weight, mean and covariance of two. */
function merged(a, b) {
  const weight = a.weight + b.weight;
  const [u, v] = [a.weight / weight, b.weight / weight];
  const [dx, dy] = [a.mean[0] - b.mean[0], a.mean[1] - b.mean[1]];
  const spread = [dx * dx, dx * dy, dy * dy];
  return {
    weight,
    mean: [u * a.mean[0] + v * b.mean[0], u * a.mean[1] + v * b.mean[1]],
    cov: a.cov.map((c, i) => u * c + v * b.cov[i] + u * v * spread[i]),
    label: a.label,
  };
}

const logDet = ([xx, xy, yy]) => Math.log(xx * yy - xy * xy);

/**
 * A bound on the Kullback–Leibler divergence that merging two components costs, ½·((w + w')·ln|Σ_both| − w·ln|Σ| − w'·ln|Σ'|).
 * Source: Runnalls 2007 (10.1109/TAES.2007.4383588), eq. 16.
 */
function costOf(a, b) {
  const both = merged(a, b);
  return 0.5 * (both.weight * logDet(both.cov) - a.weight * logDet(a.cov) - b.weight * logDet(b.cov));
}

/** The same mixture with one component fewer: of the pairs that share a class, the one whose merging costs least is merged. */
export function fewer(components) {
  let [best, least] = [null, Infinity];
  components.forEach((a, i) =>
    components.slice(0, i).forEach((b, j) => {
      const cost = a.label === b.label ? costOf(a, b) : Infinity;
      if (cost < least) [best, least] = [[i, j], cost];
    }),
  );
  if (!best) return components;
  const [i, j] = best;
  return components.map((c, k) => (k === j ? merged(c, components[i]) : c)).filter((_, k) => k !== i);
}

const short = (v) => Number(v.toPrecision(6)); // as an address has it

/**
 * The components after a dab of a class at x. The first dab of a class takes the place of what the scene has of it; the
 * components of the scene are `scene`.
 */
export function painted(components, scene, label, x) {
  const of = (list) => JSON.stringify(list.filter((c) => c.label === label));
  const rest = of(components) === of(scene) ? components.filter((c) => c.label !== label) : components;
  let list = [...rest, { weight: WEIGHT, mean: x, cov: [WIDTH, 0, WIDTH], label }];
  if (list.length > MOST_COMPONENTS) list = fewer(list);
  return list.map((c) => ({ ...c, weight: short(c.weight), mean: c.mean.map(short), cov: c.cov.map(short) }));
}
