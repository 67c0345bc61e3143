// Addresses: what is shown comes back from its address, and nothing else that stands there can break the page.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { LESSONS, lessonState } from '../lessons.js';
import { PATHS, classAt, modelOf } from '../model.js';
import { MOST_COMPONENTS, fewer, painted } from '../paint.js';
import {
  CONDITIONS,
  LAYERS,
  METHODS,
  SAMPLER_NAMES,
  SECTIONS,
  componentsIn,
  componentsOf,
  fresh,
  fromHash,
  sceneOf,
  toHash,
} from '../state.js';
import { WORDS, classNames, decimal, percent, shortened } from '../words.js';
import { data, golden, hostile, random } from './hashes.js';

const RANDOM = 10000;
const HOSTILE = 1000;

/** What must hold of any state, wherever it comes from. */
function valid(state) {
  const usual = fresh(data);
  assert.deepEqual(Object.keys(state), Object.keys(usual));
  const scene = sceneOf(state, data);
  assert.ok(scene && state.class < scene.classes.length);
  assert.ok(CONDITIONS.includes(state.kind) && METHODS.includes(state.method) && SAMPLER_NAMES.includes(state.sampler));
  for (const name of ['gamma', 'confidence', 'low', 'high', 'at', 'tau', 'value', 'seed', 'steps', 'row', 'lesson']) {
    assert.ok(Number.isFinite(state[name]), name);
  }
  assert.ok(state.gamma >= -2 && state.gamma <= 20 && state.steps >= 1 && state.steps <= 128 && state.low < state.high);
  assert.ok(state.show.every((s) => LAYERS.includes(s)) && state.hide.every((s) => SECTIONS.includes(s)));
  assert.ok(componentsOf(state, data).length <= 16);
}

test('a state comes back from its address', () => {
  const draw = random(1);
  for (let i = 0; i < RANDOM; i++) {
    const { state, ignored } = fromHash(draw(), data);
    assert.deepEqual(ignored, []);
    valid(state);
    const again = fromHash(toHash(state, data), data);
    assert.deepEqual(again.ignored, []);
    assert.deepEqual(again.state, state);
    assert.equal(toHash(again.state, data), toHash(state, data));
  }
  // the twin: a state that was rounded differently is another one
  const { state } = fromHash('#v=1&g=3', data);
  assert.notEqual(toHash({ ...state, gamma: 3.00001 }, data), toHash(state, data));
});

test('what does not belong in an address is named and ignored', () => {
  const draw = hostile(2);
  let named = 0;
  for (let i = 0; i < HOSTILE; i++) {
    const { state, ignored } = fromHash(draw(), data);
    valid(state);
    named += ignored.length > 0;
    for (const key of ignored) assert.match(key, /^[a-z?]+$/, 'nothing of the address is said again');
  }
  assert.ok(named > HOSTILE / 2, `${named} of ${HOSTILE} were noticed`);
  for (const [hash, keys] of [
    ['#v=2&g=3', ['v']],
    ['#v=2', ['v']],
    ['#v=1&v=2&g=3', ['v']],
    ['#v=&g=3', ['v']],
    ['#g=3', []],
    ['#lang=vi', []],
    ['#lang=xx&g=3', ['lang']],
    ['#v=1&g=1e9', ['g']],
    ['#v=1&g=NaN', ['g']],
    ['#v=1&g=0x10', ['g']],
    ['#v=1&steps=1.5', ['steps']],
    ['#v=1&constructor=1', ['?']],
    ['#v=1&__proto__=1', ['?']],
    ['#v=1&class=99', ['class']],
    ['#v=1&scene=%E0%A4%A', ['scene']],
    ['#v=1&low=3&high=1', ['low', 'high']],
    ['#v=1&m=1,0,0,1,0,1,0', ['m']],
    ['#v=1&m=1,0,0,1,2,1,0', ['m']],
    [`#v=1&m=${'1,'.repeat(999)}`, ['m']],
    [`#${'x'.repeat(20001)}`, ['?']],
  ]) {
    const { state, ignored } = fromHash(hash, data);
    assert.deepEqual(ignored, keys, hash);
    valid(state);
  }
  // an address without a version is of the present one; the twin, of a version to come, is ignored whole
  const read = (hash) => fromHash(hash, data);
  for (const text of ['lang=vi', 'g=3&lang=vi', 'lesson=4', 'g=3&lesson=4', '']) {
    assert.deepEqual(read(`#${text}`), read(`#v=1&${text}`.replace(/&$/, '')), text);
    assert.deepEqual(read(`#${text}&v=1`.replace('#&', '#')), read(`#${text}`), text);
  }
  assert.deepEqual([read('#lang=vi').state.lang, read('#v=2&lang=vi').state.lang], ['vi', 'en']);
});

test('a model is made of any state that an address gives', () => {
  const model = modelOf(data);
  const draw = random(3);
  for (let i = 0; i < 60; i++) {
    const { state } = fromHash(draw(), data);
    const frame = model(state);
    assert.equal(frame.done, PATHS);
    const sum = frame.shares.reduce((total, share) => total + (share?.value ?? 0), 0);
    const whole = state.kind === 'none' ? sum + frame.classes.reduce((total, share) => total + share.value, 0) : sum;
    assert.ok(Math.abs(whole - 1) < 1e-12 || (state.kind === 'none' && whole >= 1), `${toHash(state, data)}: ${whole}`);
    assert.ok(
      frame.field.every((v) => Number.isFinite(v)),
      toHash(state, data),
    );
  }
});

test('the shares of the page are those of the library, from the same z', () => {
  const model = modelOf(data);
  const shares = (state) => model({ ...fresh(data), scene: 'animals', ...state }).shares.map(({ value }) => value);
  for (const { state, shares: told, distance } of golden.walked) {
    assert.deepEqual(shares(state), told, JSON.stringify(state));
    const { law } = model({ ...fresh(data), scene: 'animals', ...state }).distance;
    const off = Math.hypot(law.value - distance[0], law.se - distance[1]);
    assert.ok(off < 1e-9, `${JSON.stringify(state)}: ${law.value} and ${distance[0]}`);
    const other = model({ ...fresh(data), scene: 'animals', ...state, seed: 1 }).distance.law;
    assert.ok(Math.abs(other.value - distance[0]) > 1e-9, 'another seed has another distance');
  }
  const twin = golden.walked.filter(
    ({ state, shares: told }) => JSON.stringify(shares({ ...state, seed: 1 })) !== JSON.stringify(told),
  );
  assert.ok(twin.length > golden.walked.length / 2, 'another seed is told apart');
});

/** Weight, mean and second moments of a class. */
function moments(components, label) {
  const own = components.filter((c) => c.label === label);
  const sum = (f) => own.reduce((total, c) => total + c.weight * f(c), 0);
  const [x, y] = [sum((c) => c.mean[0]), sum((c) => c.mean[1])];
  const second = [
    [0, 0],
    [0, 1],
    [1, 1],
  ].map(([i, j], k) => sum((c) => c.cov[k] + c.mean[i] * c.mean[j]));
  return [sum(() => 1), x, y, ...second];
}

test('where modes overlap a point is on that of the likelier class', () => {
  const part = (mean, v, label) => ({ weight: 0.5, mean, cov: [v, 0, v], label });
  const [broad, narrow] = [part([0, 0], 4, 0), part([1, 0], 0.04, 1)];
  const mixture = modelOf(data)({ ...fresh(data), scene: 'wide' }).mixture;
  const of = (list) => ({
    ...mixture,
    weights: list.map((c) => c.weight),
    means: list.map((c) => c.mean),
    covs: list.map((c) => c.cov),
    labels: list.map((c) => c.label),
    classes: 2,
  });
  for (const list of [
    [broad, narrow],
    [narrow, broad],
  ]) {
    assert.deepEqual(
      [classAt([1, 0.1], of(list)), classAt([-1, 0], of(list)), classAt([9, 9], of(list))],
      [1, 0, null],
    );
  }
});

test('painted points are a mixture at once, and merging them changes no moment of a class', () => {
  const usual = fresh(data);
  const scene = componentsIn(sceneOf(usual, data));
  const off = (a, b) => Math.max(...a.map((v, i) => Math.abs(v - b[i])));
  let list = scene;
  const dabs = [];
  for (let i = 0; i < 60; i++) {
    const x = [3 * Math.sin(i / 4), 2 * Math.cos(i / 7)].map((v) => Math.round(v * 100) / 100);
    dabs.push(x);
    const before = moments(list, 1);
    list = painted(list, scene, 1, x);
    assert.ok(list.length <= MOST_COMPONENTS);
    if (i === 0)
      assert.deepEqual(
        moments(list, 1)
          .slice(0, 3)
          .map((v) => Number(v.toPrecision(6))),
        [0.05, 0, 0.1],
      );
    else {
      const [wx, wy] = [0.05 * x[0], 0.05 * x[1]];
      const dab = [0.05, wx, wy, 0.003 + wx * x[0], wx * x[1], 0.003 + wy * x[1]];
      assert.ok(
        off(
          moments(list, 1),
          before.map((v, k) => v + dab[k]),
        ) < 1e-4,
        `dab ${i}`,
      );
    }
    const hash = toHash({ ...usual, components: list }, data);
    const { state, ignored } = fromHash(hash, data);
    assert.deepEqual([ignored, state.components], [[], list], 'the link shows the same');
  }
  for (const label of [0, 2, 3]) assert.ok(off(moments(list, label), moments(scene, label)) < 1e-9);
  const less = fewer(list);
  assert.equal(less.length, list.length - 1);
  for (const label of [0, 1, 2, 3]) assert.ok(off(moments(less, label), moments(list, label)) < 1e-12);
  // the twin: one component left out
  assert.ok(off(moments(list.slice(0, -1), 1), moments(list, 1)) > 1e-3);
  // and the model takes it: walks end where paint is
  const frame = modelOf(data)({ ...usual, components: list, kind: 'class', class: 1 });
  const ends = Array.from({ length: PATHS }, (_, i) => [frame.ends[2 * i], frame.ends[2 * i + 1]]);
  const near = ends.filter(([a, b]) => dabs.some(([c, d]) => Math.hypot(a - c, b - d) < 0.75)).length;
  assert.ok(near > 0.97 * PATHS, `${near}`);
});

test('learned walks that are walked in slices end where they end in one go', () => {
  const state = { ...fresh(data), scene: 'wide', class: 1, source: 'network', gamma: 2, sampler: 'sde', steps: 12 };
  const whole = modelOf(data)(state);
  const model = modelOf(data);
  let frame = model(state, 0.001);
  assert.ok(frame.done > 0 && frame.done < PATHS, `${frame.done}`);
  for (let i = 0; i < PATHS && frame.done < PATHS; i++) frame = model(state, 0.001);
  assert.deepEqual(frame.ends, whole.ends);
  assert.deepEqual(frame.shares, whole.shares);
  assert.ok(whole.error > 0.05 && whole.learned, 'random weights are far from the truth');
  assert.notDeepEqual(modelOf(data)({ ...state, source: 'exact' }).ends, whole.ends);
  const { state: elsewhere, ignored } = fromHash('#v=1&scene=animals&source=network', data);
  assert.deepEqual([elsewhere.source, ignored], ['exact', ['source']], 'the network is one for another scene');
});

test('each scene of the lesson shows what it says', () => {
  const model = modelOf(data);
  const frames = LESSONS.map((_, i) => model(lessonState(i + 1, fresh(data), fresh(data), true)));
  const before = LESSONS.map((_, i) => model(lessonState(i + 1, fresh(data), fresh(data), false)));
  assert.deepEqual(
    LESSONS.map((lesson, i) => lesson.answer(frames[i])),
    [1, 2, 1, 1, 1, 2],
  );
  LESSONS.forEach((lesson, i) => {
    const asked = { ...lessonState(i + 1, fresh(data), fresh(data), true), scene: 'wide', source: 'network' };
    assert.equal(lesson.answer(modelOf(data)(asked, 0)), lesson.answer(model(asked)), 'no answer waits for all walks');
  });
  const [free, given, bayes, hybrid, , large] = frames;
  free.classes.forEach(({ low, high }) =>
    assert.ok(low < 0.25 + 0.06 && high > 0.25 - 0.06, 'as many as the data has'),
  );
  assert.ok(given.shares[0].value > 0.98);
  const sum = bayes.probe.free.map((v, i) => v + bayes.probe.gradient[i]);
  sum.forEach((v, i) => assert.ok(Math.abs(v - bayes.probe.guided[i]) < 1e-12 * Math.abs(v) + 1e-14));
  assert.ok(hybrid.shares[2].low > 0.15 && before[3].shares[2].high < 0.03, 'the hybrid appears');
  const strong = model({ ...lessonState(4, fresh(data), fresh(data), true), gamma: 5 });
  assert.ok(strong.shares[0].value > 0.98, 'γ·c = 1');
  assert.ok(
    large.shares[3].low > 0 && large.spread.value + 3 * large.spread.se < given.spread.value - 3 * given.spread.se,
  );
});

test('both languages have the same words, and write numbers as one does', () => {
  const shape = (words) =>
    Object.entries(words).map(([key, word]) => [key, typeof word === 'object' ? Object.keys(word) : typeof word]);
  assert.deepEqual(shape(WORDS.vi), shape(WORDS.en));
  for (const lesson of LESSONS)
    assert.deepEqual(
      [Object.keys(lesson.vi), lesson.vi.options.length],
      [Object.keys(lesson.en), lesson.en.options.length],
    );
  assert.deepEqual(
    [decimal(-1.5, 1, 'en'), decimal(1.25, 2, 'vi'), decimal(-0.001, 1, 'en'), decimal(NaN, 1, 'en')],
    ['−1.5', '1,25', '0.0', '–'],
  );
  assert.deepEqual([percent(0.25, 'en'), percent(1, 'vi'), percent(0.998, 'vi')], ['25 %', '100 %', '99,8 %']);
});

test('a name that is too long loses its middle and keeps its last word, and one that is not stays', () => {
  const long = 'một cái tên lớp dài khác thường, thuộc loại A';
  assert.equal(shortened(long, 24), 'một cái tên lớp dài … A');
  assert.equal(shortened('dog', 24), 'dog');
  assert.equal(shortened('unpronounceably', 8), 'unprono…');
  for (const most of [4, 8, 16, 24, 45, 46]) {
    const short = shortened(long, most);
    assert.ok([...short].length <= most && short.split('…').length <= 2, short);
    assert.equal(short === long, most >= [...long].length);
  }
  assert.deepEqual(classNames({ classes: [{ en: 'dog', vi: 'chó' }] }, 'vi'), ['chó']);
});
