// The page's modules against the library's plain answers (tests/page writes them), at 1e-12 relative; each with a wrong twin.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { effective, windowOf } from '../effective.js';
import { energy, fixedPoints, normalised, weightedEnergy } from '../energy.js';
import { exact, fieldAt, steer } from '../guidance.js';
import { distanceToTilt, referencesOf } from '../measures.js';
import { BENT } from '../methods.js';
import * as metrics from '../metrics.js';
import {
  attention,
  classProbabilities,
  denoised,
  given,
  logDensity,
  logTilt,
  mixtureOf,
  noised,
  pointsOf,
  score,
  wantedBy,
} from '../mixture.js';
import { gradientOf, scoreOf, weightsOf } from '../learned.js';
import { backward, coefficients, forward, learnedScore } from '../net.js';
import * as noise from '../noise.js';
import { PURPOSE, draws, normals } from '../rng.js';
import { walk } from '../sampler.js';

const golden = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8'));
const scenes = Object.fromEntries(Object.entries(golden.scenes).map(([name, m]) => [name, mixtureOf(m)]));
const TOLERANCE = 1e-12;

/** |a − b| of two numbers or lists, relative to the larger length, or to `scale` where that is larger still. */
function residual(a, b, scale = 0) {
  const [x, y] = [[a].flat(Infinity), [b].flat(Infinity)];
  assert.equal(x.length, y.length);
  const length = (v) => Math.hypot(...v);
  const size = Math.max(length(x), length(y), scale);
  const off = length(x.map((v, i) => v - y[i]));
  return off === 0 ? 0 : off / size;
}

/** Every one of these residuals is below the tolerance, and that of its wrong twin, 1e-11 off, is not. */
function law(name, cases) {
  test(name, () => {
    let worst = 0;
    let count = 0;
    for (const [what, got, expected, scale = 0] of cases()) {
      const r = residual(got, expected, scale);
      assert.ok(r <= TOLERANCE, `${what}: ${got} and ${expected} differ by ${r}`);
      const flat = [expected].flat(Infinity).map((v) => v + 1e-11 * Math.max(Math.abs(v), scale));
      if (flat.some((v) => v !== 0))
        assert.ok(residual([got].flat(Infinity), flat, scale) > TOLERANCE, `${what}: the twin passes`);
      worst = Math.max(worst, r);
      count += 1;
    }
    assert.ok(count > 0);
    console.log(`# ${name}: ${count} numbers or vectors, the largest residual ${worst.toExponential(1)}`);
  });
}

law('levels', function* levels() {
  for (const { process, t, ...told } of golden.levels) {
    const level = noise.levelAt(process, t);
    const found = {
      alpha: level.alpha,
      sigma: level.sigma,
      logSnr: noise.logSnr(level),
      drift: noise.drift(process, t),
      g2: noise.g2(process, t),
      back: noise.timeOfLogSnr(process, noise.logSnr(level)),
      min: noise.timeMin(process),
      max: noise.timeMax(process),
    };
    for (const key of Object.keys(found))
      yield [`${process.name} ${t} ${key}`, found[key], told[key], key === 'logSnr' ? 1 : 0];
  }
});

law('grids, and pieces of them', function* grids() {
  for (const { process, steps, times, edges, pieces } of golden.grids) {
    yield [`${process.name} ${steps}`, noise.gridToData(process, steps), times];
    const cut = noise.cut(noise.gridToData(process, steps), edges);
    assert.deepEqual(
      cut.map((p) => p.length),
      pieces.map((p) => p.length),
    );
    for (const [i, piece] of cut.entries()) yield [`${process.name} ${steps} piece ${i}`, piece, pieces[i]];
  }
});

law('what is left once something is measured', function* observed() {
  for (const { condition, mixture } of golden.observed) {
    const found = given(scenes.wide, condition);
    for (const key of ['weights', 'means', 'covs'])
      yield [`${JSON.stringify(condition)} ${key}`, found[key], mixture[key], 1];
  }
});

law('densities, scores, posteriors, denoised points, tilts', function* exact() {
  for (const { scene, level, x, ...told } of golden.exact) {
    const m = scenes[scene];
    const p = noised(m, level);
    const what = `${scene} σ ${level.sigma} x ${x}`;
    const out = [0, 0];
    score(p, ...x, out);
    yield [`${what} score`, out, told.score];
    yield [`${what} log density`, logDensity(p, ...x), told.logDensity, 1];
    yield [`${what} probabilities`, classProbabilities(m, p, ...x), told.probabilities];
    yield [`${what} denoised`, denoised(p, level, ...x), told.denoised, Math.hypot(...x) / level.alpha];
    const asked = noised(given(m, { kind: 'class', class: 1 }), level);
    yield [`${what} tilt`, logTilt(p, asked, 3, ...x), told.tilt, Math.abs(told.logDensity)];
    for (const { condition, logDensity: log, score: s } of told.given) {
      const q = noised(given(m, condition), level);
      score(q, ...x, out);
      yield [`${what} ${JSON.stringify(condition)} score`, out, s];
      yield [`${what} ${JSON.stringify(condition)} log density`, logDensity(q, ...x), log, 1];
      const tokens = attention(m, level, ...x, wantedBy(condition) ?? undefined);
      if (condition.kind !== 'words' && condition.kind !== 'none') continue;
      const d = [0, 1].map((i) => tokens.reduce((sum, { weight, value }) => sum + weight * value[i], 0));
      const by = [0, 1].map((i) => (x[i] + level.sigma ** 2 * s[i]) / level.alpha);
      yield [`${what} ${JSON.stringify(condition)} attention`, d, by, Math.hypot(...x) / level.alpha];
    }
  }
});

law('guided fields', function* guided() {
  for (const { scene, level, x, condition, method, score: told } of golden.guided) {
    const out = new Float64Array(6);
    fieldAt(steer(scenes[scene], condition, method), level)(...x, out);
    const size = Math.hypot(out[0], out[1]) + Math.abs(method.gamma) * Math.hypot(out[2], out[3]);
    yield [`${scene} ${JSON.stringify(condition)} ${JSON.stringify(method)}`, [out[4], out[5]], told, size];
  }
});

law('fields of the other methods', function* bent() {
  for (const { scene, level, x, condition, method, score: told } of golden.bentFields) {
    const out = new Float64Array(6);
    fieldAt(steer(scenes[scene], condition, method), level)(...x, out);
    // what is made in denoised points is rounded like x/σ²
    const size = Math.hypot(out[0], out[1]) + Math.abs(method.gamma) * Math.hypot(out[2], out[3]);
    const scale = Math.max(size, Math.hypot(...x) / level.sigma ** 2);
    yield [`${scene} ${JSON.stringify(condition)} ${JSON.stringify(method)}`, [out[4], out[5]], told, scale];
  }
  assert.deepEqual(Object.keys(BENT).sort(), golden.bentNames.sort(), 'each has its numbers');
});

law('characteristic guidance: walks to one Gaussian, and fields of mixtures', function* characteristic() {
  const { mixture, condition, steps, seed, walks, fields } = golden.characteristic;
  const m = mixtureOf(mixture);
  const z = normals(seed, PURPOSE.start, 0, 3);
  const grid = noise.gridToData(noise.VP_LINEAR, steps);
  for (const { method, end } of walks) {
    const { xs } = walk(steer(m, condition, method), noise.VP_LINEAR, grid, 'heun', z);
    yield [JSON.stringify(method), Array.from(xs[xs.length - 1]), end];
  }
  assert.ok(fields.length >= 20, `${fields.length} points`);
  const out = new Float64Array(6);
  for (const { scene, level, x, condition: asked, method, score: told } of fields) {
    fieldAt(steer(scenes[scene], asked, method), level)(...x, out);
    yield [`${scene} ${x} ${level.sigma}`, [out[4], out[5]], told, Math.hypot(...x) / level.sigma ** 2];
  }
});

test('characteristic guidance is the score of the diffused tilt of a Gaussian, and ordinary guidance is not', () => {
  const { mixture, condition } = golden.characteristic;
  const m = mixtureOf(mixture);
  const [out, s] = [new Float64Array(6), [0, 0]];
  for (const gamma of [0.3, 1.7, 6]) {
    const tilt = given(m, { ...condition, tau: condition.tau / Math.sqrt(gamma) });
    for (const t of [0.05, 0.3, 0.7]) {
      const level = noise.levelAt(noise.VP_LINEAR, t);
      for (const name of ['characteristic', 'exact']) {
        fieldAt(steer(m, condition, { name, gamma }), level)(1.3, -0.4, out);
        score(noised(tilt, level), 1.3, -0.4, s);
        const off = residual([out[4], out[5]], s);
        assert.ok(name === 'exact' ? off > 1e-3 : off < 1e-10, `${name} γ = ${gamma} t = ${t}: ${off}`);
      }
    }
  }
});

law('normals, of the streams of the library', function* streams() {
  for (const { seed, purpose, step, n, z } of golden.noise)
    yield [`seed ${seed}`, Array.from(normals(seed, purpose, step, n)), z];
  const { seed, step, n, far, sum } = golden.manyNormals;
  const z = Array.from(normals(seed, PURPOSE.walk, step, n));
  yield ['the tail', z.filter((v) => Math.abs(v) > 3.4), far];
  yield ['the sum', z.reduce((a, b) => a + b, 0), sum, 200];
});

law('walks from the same z', function* walks() {
  for (const { condition, method, sampler, steps, seed, middle, end } of golden.walks) {
    const grid = noise.gridToData(noise.VP_LINEAR, steps);
    const z = normals(seed, PURPOSE.start, 0, 6);
    const noiseOf = (step) => normals(seed, PURPOSE.walk, step, 6);
    const { xs } = walk(steer(scenes.wide, condition, method), noise.VP_LINEAR, grid, sampler, z, noiseOf);
    const what = `${sampler} ${JSON.stringify(condition)} ${JSON.stringify(method)}`;
    yield [`${what} half-way`, Array.from(xs[middle.step]), middle.x];
    yield [what, Array.from(xs[xs.length - 1]), end];
  }
});

law('walks by the other methods', function* bentWalks() {
  for (const { condition, method, sampler, steps, seed, middle, end } of golden.bentWalks) {
    const grid = noise.gridToData(noise.VP_LINEAR, steps);
    const z = normals(seed, PURPOSE.start, 0, 4);
    const noiseOf = (step, part) => normals(seed, PURPOSE.walk, step, 4, part);
    const { xs } = walk(steer(scenes.wide, condition, method), noise.VP_LINEAR, grid, sampler, z, noiseOf);
    const what = `${sampler} ${JSON.stringify(condition)} ${JSON.stringify(method)}`;
    yield [`${what} half-way`, Array.from(xs[middle.step]), middle.x];
    yield [what, Array.from(xs[xs.length - 1]), end];
  }
});

law('effective scales, and where guidance has a say', function* scales() {
  for (const { condition, steps, seed, n, points, window, methods } of golden.scales) {
    const grid = noise.gridToData(noise.VP_LINEAR, steps);
    const asked = given(scenes.wide, condition);
    const x0 = pointsOf(asked, draws(seed, PURPOSE.reference, points));
    const noiseOf = (k) => normals(seed, PURPOSE.reference, k, points);
    const found = windowOf(scenes.wide, asked, noise.VP_LINEAR, grid, x0, noiseOf);
    yield ['the window', [found.low, found.high], [window.low, window.high]];
    yield ['the energy', found.energy, window.energy];
    const z = normals(seed, PURPOSE.start, 0, n);
    for (const { method, value, se } of methods) {
      const ways = walk(steer(scenes.wide, condition, method), noise.VP_LINEAR, grid, 'ddim', z);
      const steps = BENT[method.name].steps;
      const scale = effective(ways, noise.VP_LINEAR, exact(scenes.wide), exact(asked), window, steps);
      yield [JSON.stringify(method), [scale.value, scale.se], [value, se], 1];
    }
  }
});

law('energy distances to points of a class', function* distances() {
  for (const { scene, class: wanted, x, distance } of golden.verdicts) {
    const law = pointsOf(
      given(scenes[scene], { kind: 'class', class: wanted }),
      draws(distance.seed, PURPOSE.reference, distance.points),
    );
    const { value, se } = energy(fixedPoints(Float64Array.from(x)), fixedPoints(law));
    yield [`${scene} ${wanted}`, [value, se], [distance.value, distance.se], 1];
  }
});

law('where points end, and their spread', function* ends() {
  for (const { scene, class: wanted, x, shares, target, spread } of golden.verdicts) {
    const counts = metrics.tally(metrics.verdicts(x, scenes[scene], (label) => label === wanted));
    yield [`${scene} shares`, counts.map((n) => n / 200), shares];
    const { value, low, high } = metrics.shareInterval(counts[0], 200);
    yield [`${scene} interval`, [value, low, high], target];
    const s = metrics.spread(x);
    yield [`${scene} spread`, [s.value, s.se], spread];
  }
});

law('small networks, forward and backward', function* networks() {
  for (const { config, params, x, logSnr, labels, output, dOutput, dX } of golden.networks) {
    for (const [i, point] of x.entries()) {
      const net = { config, params };
      const passed = forward(net, point, logSnr[i], labels[i]);
      yield [`the answer to ${point}`, passed.output, output[i], 1];
      yield [`the gradient at ${point}`, backward(net, passed, dOutput[i]), dX[i], 1];
    }
  }
  for (const { target, r, sigmaData, ...told } of golden.targets) {
    const { skip, out, input } = coefficients(target, r, sigmaData);
    yield [target, [skip, out, input], [told.skip, told.out, told.input]];
  }
});

law('learned scores and a learned classifier, as fields', function* learned() {
  const { level, x, score: s, classifier, clean } = golden.learned;
  const ready = ({ config, params, ...told }) => ({ net: { config, params }, ...told });
  const out = [0, 0];
  for (const [name, label] of [
    ['given', 1],
    ['free', null],
  ]) {
    const field = scoreOf(ready(s), level, label);
    for (const [i, point] of x.entries()) {
      field(...point, out);
      yield [`s at ${point} ${name}`, out, s[name][i]];
      yield [`s at ${point} ${name}, point by point`, learnedScore(ready(s), point, level, label), s[name][i]];
    }
  }
  for (const c of [classifier, clean]) {
    const field = gradientOf(ready(c), level, c.class);
    for (const [i, point] of x.entries()) {
      field(...point, out);
      yield [`the gradient of a classifier at ${point}`, out, c.gradient[i], 1];
    }
  }
});

test('weights are read from base64 as they were written', () => {
  const written = Float32Array.from([1, -0.1, 3e-12, 7e8]);
  const text = Buffer.from(written.buffer).toString('base64');
  assert.deepEqual(Array.from(weightsOf(text)), Array.from(written));
  assert.notDeepEqual(Array.from(weightsOf(text)), [1, -0.1, 3e-12, 7e8], 'f64 would not be what was written');
});

test('weighted points are as far from where walks end as points of the tilt itself', () => {
  const { mixture, class: wanted, x, tilts } = golden.tilts;
  const m = mixtureOf(mixture);
  const condition = { kind: 'class', class: wanted };
  const what = { mixture: m, condition, asked: given(m, condition) };
  const { points } = referencesOf(() => (key, make) => make());
  const ends = fixedPoints(Float64Array.from(x));
  const tries = 60;
  const meanOf = (list) => list.reduce((a, b) => a + b, 0) / list.length;
  for (const { gamma, value, se } of tilts) {
    const of = (seed) => distanceToTilt(ends, what, gamma, (...laws) => points(seed, ...laws));
    const found = Array.from({ length: tries }, (_, seed) => of(seed));
    const mean = meanOf(found.map((f) => f.value));
    const sd = Math.sqrt(meanOf(found.map((f) => (f.value - mean) ** 2)));
    const bound = 4 * Math.hypot(sd / Math.sqrt(tries), se);
    // twins: points without weights, and weights of another γ
    const plain = Array.from({ length: tries }, (_, seed) => energy(ends, points(seed, what.asked)).value);
    const other = Array.from({ length: tries }, (_, seed) =>
      distanceToTilt(ends, what, 1.5 * gamma, (...laws) => points(seed, ...laws)),
    );
    const off = [mean, meanOf(plain), meanOf(other.map((f) => f.value))].map((v) => Math.abs(v - value));
    console.log(`# γ = ${gamma}: ${off.map((v) => (v / bound).toFixed(2))} of a bound of ${bound.toFixed(4)}`);
    assert.ok(off[0] < bound && off[1] > bound && off[2] > bound, `γ = ${gamma}: ${off}, ${bound}`);
    assert.ok(meanOf(found.map((f) => f.se)) > sd, 'the error that is told is at least that of the points');
  }
});

test('the error of a weighted distance is its scatter', () => {
  // N(0, v·I) from the tilt of N(0, 2·I) and N(0, I), which is N(0, 2/(γ + 1)·I): E|N(0, s·I)| = √(πs/2)
  const gauss = (v) => mixtureOf({ weights: [1], means: [[0, 0]], covs: [[v, 0, v]], labels: [0] });
  const mean = (s) => Math.sqrt((Math.PI * s) / 2);
  const [n, m, v, tries] = [64, 128, 1.2, 300];
  for (const gamma of [1.5, 3]) {
    const t = 2 / (gamma + 1);
    const truth = 2 * mean(v + t) - mean(2 * v) - mean(2 * t);
    let [within, twin] = [0, 0];
    for (let i = 0; i < tries; i++) {
      const ends = fixedPoints(pointsOf(gauss(v), draws(i, PURPOSE.start, n)));
      const law = fixedPoints(pointsOf(gauss(1), draws(i, PURPOSE.reference, m)));
      const logs = Float64Array.from({ length: m }, (_, j) => {
        const square = law.x[2 * j] ** 2 + law.x[2 * j + 1] ** 2;
        return (gamma - 1) * (0.5 - 1) * 0.5 * square; // log N(0, I) − log N(0, 2·I), up to a constant
      });
      const found = weightedEnergy(ends, law, normalised(logs));
      within += Math.abs(found.value - truth) < 2 * found.se;
      const equal = energy(ends, law);
      twin += Math.abs(equal.value - truth) < 2 * equal.se;
      const same = weightedEnergy(ends, law, new Float64Array(m).fill(1 / m));
      assert.ok(Math.abs(same.value - equal.value) < 1e-12 && Math.abs(same.se / equal.se - 1) < 0.1);
    }
    // 95 % of a normal are within two errors; four standard errors of such a share below it
    const least = 0.95 - 4 * Math.sqrt((0.95 * 0.05) / tries);
    console.log(`# γ = ${gamma}: ${within} of ${tries} within two errors, ${twin} without weights`);
    assert.ok(within / tries > least, `${within} of ${tries}`);
    assert.ok(gamma < 2 || twin / tries < least, `the wrong twin passes: ${twin}`);
  }
});

test('a wrong twin of a formula fails', () => {
  const { scene, level, x, score: told } = golden.exact[7];
  const out = [0, 0];
  score(noised(scenes[scene], { ...level, sigma: level.sigma * (1 + 1e-11) }), ...x, out);
  assert.ok(residual(out, told) > TOLERANCE, 'a noise level 1e-11 off passes');
  const { condition, method, steps, seed, end } = golden.walks.find((w) => w.sampler === 'dpm++2m');
  const z = normals(seed, PURPOSE.start, 0, 6);
  const ddim = walk(
    steer(scenes.wide, condition, method),
    noise.VP_LINEAR,
    noise.gridToData(noise.VP_LINEAR, steps),
    'ddim',
    z,
  );
  assert.ok(residual(Array.from(ddim.xs[ddim.xs.length - 1]), end) > TOLERANCE, 'DDIM passes for DPM-Solver++');
  const row = golden.noise[0];
  assert.ok(
    residual(Array.from(normals(row.seed + 1, row.purpose, row.step, row.n)), row.z) > TOLERANCE,
    'another seed passes',
  );
});
