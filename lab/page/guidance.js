// Guidance: a score made of scores. src/guidance and src/methods.
//
//   s = s_u + γ·(s_c − s_u)                 classifier-free; with exact scores the same as the next with c = 1
//   s = s_u + γ·c·∇ₓ log p(y | x_t)         by a classifier whose gradient is c times the true one
//   γ only for low ≤ σ/α < high, else 1     in an interval
//   s = s_g + γ·(s_c − s_g)                 autoguidance: away from a worse model of the same y
//
// γ = 0 is the score to go away from, γ = 1 with c = 1 the conditional one, by Bayes' rule.

import { gradientOf, scoreOf } from './learned.js';
import { BENT } from './methods.js';
import { blurred, given, noised, score } from './mixture.js';

/** Standard deviation by which the worse model of autoguidance is too wide. */
const BLUR = 0.5;

/**
 * The field of a method at one noise level: (x, y, out) puts s_u into out[0…1], what is added at γ = 1 into out[2…3] and the
 * guided score into out[4…5].
 *
 * `base` and `asked` are the two scores at this level; `weight` is what multiplies `scale` times their difference.
 */
function fieldOf(base, asked, scale, weight) {
  const c = [0, 0];
  return (x, y, out) => {
    base(x, y, out);
    asked(x, y, c);
    out[2] = scale * (c[0] - out[0]);
    out[3] = scale * (c[1] - out[1]);
    const whole = scale * weight;
    out[4] = whole === 0 ? out[0] : whole === 1 ? c[0] : out[0] + weight * out[2];
    out[5] = whole === 0 ? out[1] : whole === 1 ? c[1] : out[1] + weight * out[3];
  };
}

/** The same, where a method bends the two scores in its own way. */
function bentOf(base, asked, bend) {
  const c = [0, 0];
  return (x, y, out) => {
    base(x, y, out);
    asked(x, y, c);
    [out[2], out[3]] = [c[0] - out[0], c[1] - out[1]];
    bend(x, y, out);
  };
}

/** The exact score of a mixture, as a function of the level and then of the point. */
export function exact(mixture) {
  return (level) => {
    const p = noised(mixture, level);
    return (x, y, out) => score(p, x, y, out);
  };
}

/** s_u + ∇ₓ log p(y | x_t), what a classifier makes of a score. */
function pushed(free, gradient) {
  return (level) => {
    const [u, g, d] = [free(level), gradient(level), [0, 0]];
    return (x, y, out) => {
      u(x, y, out);
      g(x, y, d);
      out[0] += d[0];
      out[1] += d[1];
    };
  };
}

/** The scores for no condition and for a class, exact or as `learned` = { score, classifier } has one of them. */
export function scoresFor(mixture, condition, learned) {
  const asked = given(mixture, condition);
  if (learned?.score && condition.kind !== 'class')
    return [(level) => scoreOf(learned.score, level, null), exact(asked)];
  if (learned?.score) return [null, condition.class].map((label) => (level) => scoreOf(learned.score, level, label));
  const free = exact(mixture);
  if (!learned?.classifier || condition.kind !== 'class') return [free, exact(asked)];
  return [free, pushed(free, (level) => gradientOf(learned.classifier, level, condition.class))];
}

/** The same function of a level, which makes the field of each level once. */
function kept(make) {
  const known = new Map();
  return (level) => {
    const { alpha, sigma } = level;
    const found = known.get(sigma);
    if (found && found.alpha === alpha) return found.field;
    const field = make(level);
    known.set(sigma, { alpha, field });
    return field;
  };
}

/** No condition: nothing is added. */
function freeField(base) {
  return (x, y, out) => {
    base(x, y, out);
    out[2] = out[3] = 0;
    [out[4], out[5]] = [out[0], out[1]];
  };
}

/**
 * A method bound to a mixture and a condition: the legs of its walk, from noise to data, each with the level σ/α at which it
 * ends, the `cost` of an evaluation and `at(level)`, its field there.
 *
 * `method` is { name: 'exact', gamma }, { name: 'classifier', gamma, confidence }, { name: 'interval', gamma, low, high },
 * { name: 'autoguidance', gamma } or, of methods.js, { name, gamma, knob }; `learned` may replace the exact scores. A leg may
 * have a `rule` by which its steps are taken.
 */
export function steer(mixture, condition, method, learned = null) {
  const [free, asked] = scoresFor(mixture, condition, learned);
  if (condition.kind === 'none') return [{ downTo: 0, cost: 1, at: kept((level) => freeField(free(level))) }];
  if (BENT[method.name]) return [bentLeg(mixture, condition, method, free, asked)];
  const base = method.name === 'autoguidance' ? exact(blurred(given(mixture, condition), BLUR)) : free;
  const scale = method.name === 'classifier' ? method.confidence : 1;
  // a classifier is asked beside s_u; of two scores one alone is asked where the other has no weight
  const cost = (gamma) => (gamma === 0 || (gamma === 1 && method.name !== 'classifier') ? 1 : 2);
  const leg = (downTo, gamma) => ({
    downTo,
    cost: cost(gamma),
    at: kept((level) => fieldOf(base(level), asked(level), scale, gamma)),
  });
  if (method.name !== 'interval') return [leg(0, method.gamma)];
  const legs = [leg(method.high, 1), leg(method.low, method.gamma)];
  return method.low > 0 ? [...legs, leg(0, 1)] : legs;
}

/** The one leg of a method of methods.js. */
function bentLeg(mixture, condition, method, free, asked) {
  const { bend, cost, steps } = BENT[method.name];
  const what = { ...method, mixture, asked: given(mixture, condition) };
  const made = (level) => bend(level, method.name === 'characteristic' ? { ...method, free, asked } : what);
  const at = kept((level) => bentOf(free(level), asked(level), made(level)));
  return { downTo: 0, cost: cost(method.gamma) ?? NaN, at, rule: steps ? method : null };
}

/** The field that leads at a level: that of the first leg which has not ended there. */
export function fieldAt(legs, level) {
  const r = level.sigma / level.alpha;
  return (legs.find((leg) => leg.downTo <= r) ?? legs[legs.length - 1]).at(level);
}
