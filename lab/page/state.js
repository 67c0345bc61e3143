// What is seen, as one value: it stands in the address after '#', so that a link shows the same picture.
//
// Whatever does not belong there is left out and named; nothing of it is ever taken for markup or code.

import { BENT } from './methods.js';
import { MOST_COMPONENTS } from './paint.js';

const VERSION = '1';
const LONGEST = 20000; // characters of a hash

export const CONDITIONS = ['none', 'class', 'not', 'words', 'point', 'mask'];
export const SOURCES = ['exact', 'network', 'classifier', 'clean'];
export const METHODS = ['exact', 'classifier', 'interval', 'autoguidance', ...Object.keys(BENT)];
export const SAMPLER_NAMES = ['dpm++2m', 'heun', 'ddim', 'sde'];
export const LAYERS = ['density', 'free', 'gradient', 'guided', 'paths', 'tilt'];
export const SECTIONS = ['lesson', 'condition', 'method', 'walk', 'numbers', 'probe', 'layers', 'data'];
export const GAMMA = { least: -2, most: 20 };
export const REACH = 4; // the plane is [−4, 4]²
export const LESSONS = 6;
const LOOK = ['scene', 'lesson', 'present', 'lang', 'theme', 'hide']; // keys beside which a lesson begins with its question

/** The state of a page that was just opened. */
export function fresh(data) {
  return {
    scene: data.scenes[0].name,
    components: null,
    kind: 'class',
    class: 0,
    words: [0, 1], // the classes that may occur, in order
    point: [1, -0.5],
    tau: 0.4,
    axis: 0,
    value: 1.2,
    gamma: 1,
    source: 'exact',
    method: 'exact',
    confidence: 0.2,
    low: 0.2,
    high: 2,
    knob: null,
    sampler: 'dpm++2m',
    steps: 32,
    seed: 0,
    at: 0.7,
    row: 19,
    z: null,
    probe: null,
    show: ['density', 'guided', 'paths'],
    lesson: 0,
    present: false,
    lang: data.lang,
    theme: data.theme,
    hide: [],
  };
}

/** The scene of a state. */
export function sceneOf(state, data) {
  return data.scenes.find((scene) => scene.name === state.scene);
}

/** What another scene changes: all that belongs to the one before. */
export function inScene(name, { kind }, data) {
  const one = sceneOf({ scene: name }, data).classes.length === 1;
  return {
    scene: name,
    components: null,
    kind: one && (kind === 'not' || kind === 'words') ? 'class' : kind,
    class: 0,
    words: one ? [0] : [0, 1],
    source: 'exact',
    probe: null,
    z: null,
  };
}

/** The components of a scene. */
export function componentsIn({ weights, means, covs, labels }) {
  return weights.map((weight, k) => ({ weight, mean: means[k], cov: covs[k], label: labels[k] }));
}

/** The components of a state as a mixture is made of them: its own, or those of its scene. */
export function componentsOf(state, data) {
  return state.components ?? componentsIn(sceneOf(state, data));
}

const short = (v) => String(Number(v.toPrecision(6)));

/** A decimal number within bounds, or undefined. */
function number(text, least, most) {
  if (!/^-?\d{1,20}(\.\d{1,20})?(e-?\d{1,3})?$/.test(text)) return undefined;
  const v = Number(text);
  return v >= least && v <= most ? v : undefined;
}

const real = (least, most) => ({ read: (text) => number(text, least, most), write: short });
const whole = (least, most) => ({
  read: (text) => (/^\d{1,12}$/.test(text) ? number(text, least, most) : undefined),
  write: String,
});
const one = (names) => ({ read: (text) => (names.includes(text) ? text : undefined), write: String });
const flag = { read: (text) => ({ 0: false, 1: true })[text], write: (v) => (v ? '1' : '0') };

const pair = (reach) => ({
  read(text) {
    const v = text.split(',').map((part) => number(part, -reach, reach));
    return v.length === 2 && !v.includes(undefined) ? v : undefined;
  },
  write: (v) => v.map(short).join(','),
});

const some = (names) => ({
  read(text) {
    const list = text === '' ? [] : text.split(',');
    return list.every((name) => names.includes(name)) && new Set(list).size === list.length ? list : undefined;
  },
  write: (list) => list.join(','),
});

/** Whole numbers up to `most`, each larger than the one before; one at least. */
const ascending = (most) => ({
  read(text) {
    const list = text.split(',').map((part) => whole(0, most).read(part));
    return list.every((v, i) => v !== undefined && (i === 0 || v > list[i - 1])) ? list : undefined;
  },
  write: (list) => list.join(','),
});

/** Whether a covariance belongs to an ellipse that can be seen and drawn: its standard deviations from .04 to 3. */
function seen([xx, xy, yy]) {
  const middle = (xx + yy) / 2;
  const half = Math.hypot((xx - yy) / 2, xy);
  return middle - half >= 0.04 ** 2 * 0.999 && middle + half <= 9.001;
}

const components = {
  read(text) {
    const parts = text.split(';').map((part) => part.split(',').map((v) => number(v, -100, 100)));
    if (parts.length > MOST_COMPONENTS || parts.some((p) => p.length !== 7 || p.includes(undefined))) return undefined;
    const list = parts.map(([weight, x, y, xx, xy, yy, label]) => ({ weight, mean: [x, y], cov: [xx, xy, yy], label }));
    const right = (c) =>
      c.weight >= 0.01 &&
      Math.max(...c.mean.map(Math.abs)) <= REACH &&
      seen(c.cov) &&
      Number.isInteger(c.label) &&
      c.label >= 0;
    return list.every(right) ? list : undefined;
  },
  write: (list) => list.map((c) => [c.weight, ...c.mean, ...c.cov, c.label].map(short).join(',')).join(';'),
};

/** What stands in the address: the key there, the field of the state, and how it is read and written. */
function fields(data) {
  return {
    scene: ['scene', one(data.scenes.map((scene) => scene.name))],
    m: ['components', components],
    y: ['kind', one(CONDITIONS)],
    class: ['class', whole(0, 255)],
    words: ['words', ascending(255)],
    point: ['point', pair(REACH)],
    tau: ['tau', real(0.05, 2)],
    axis: ['axis', whole(0, 1)],
    value: ['value', real(-REACH, REACH)],
    g: ['gamma', real(GAMMA.least, GAMMA.most)],
    source: ['source', one(SOURCES)],
    method: ['method', one(METHODS)],
    c: ['confidence', real(0.05, 5)],
    low: ['low', real(0, 50)],
    high: ['high', real(0.01, 100)],
    k: ['knob', real(-100, 100)],
    sampler: ['sampler', one(SAMPLER_NAMES)],
    steps: ['steps', whole(1, 128)],
    seed: ['seed', whole(0, 2 ** 31)],
    at: ['at', real(0, 1)],
    row: ['row', whole(0, 255)],
    z: ['z', pair(5)],
    probe: ['probe', pair(REACH)],
    show: ['show', some(LAYERS)],
    lesson: ['lesson', whole(0, LESSONS)],
    present: ['present', flag],
    lang: ['lang', one(['en', 'vi'])],
    theme: ['theme', one(['auto', 'light', 'dark', 'print'])],
    hide: ['hide', some(SECTIONS)],
  };
}

/** The state as it stands in the address, without what is as in a fresh page. */
export function toHash(state, data) {
  const usual = fresh(data);
  const parts = Object.entries(fields(data))
    .filter(([, [name]]) => JSON.stringify(state[name]) !== JSON.stringify(usual[name]))
    .map(([key, [name, { write }]]) => `${key}=${encodeURIComponent(write(state[name]))}`);
  return `#${[`v=${VERSION}`, ...parts].join('&')}`;
}

/** decodeURIComponent, or nothing. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

/**
 * What the address says: a state that can be shown, the keys that were ignored, '?' for those that are unknown, and whether
 * it holds nothing but how the page looks and a scene of the lesson.
 */
export function fromHash(hash, data) {
  const state = fresh(data);
  const text = hash.replace(/^#/, '');
  if (text === '') return { state, ignored: [], alone: true };
  if (text.length > LONGEST) return { state, ignored: ['?'], alone: true };
  const all = fields(data);
  const ignored = new Set();
  let alone = true;
  const parts = text.split('&');
  const versions = parts.filter((part) => part.startsWith('v='));
  // without a version it is one that somebody typed, and means the present one
  if (versions.some((part) => part !== `v=${VERSION}`)) return { state, ignored: ['v'], alone: true };
  for (const part of parts.filter((p) => !versions.includes(p))) {
    const at = part.indexOf('=');
    const key = part.slice(0, Math.max(at, 0));
    if (!Object.hasOwn(all, key)) {
      ignored.add('?');
      continue;
    }
    const [name, { read }] = all[key];
    const value = decoded(part.slice(at + 1));
    const found = value === undefined ? undefined : read(value);
    if (found === undefined) ignored.add(key);
    else state[name] = found;
    alone &&= LOOK.includes(key);
  }
  agree(state, data).forEach((key) => ignored.add(key));
  return { state, ignored: [...ignored], alone };
}

/** The sources of scores that there are for the scene of a state. */
export function sourcesOf(state, data) {
  const { scene, score, classifier, clean } = data.nets ?? {};
  if (scene !== state.scene) return ['exact'];
  const there = { exact: true, network: score, classifier, clean };
  return SOURCES.filter((name) => there[name]);
}

/** Whether a knob is one of whole numbers, if it counts something. */
const onStep = (value, { step }) => step !== 1 || Number.isInteger(value);

/** Mends fields that contradict each other, and names their keys. */
function agree(state, data) {
  const wrong = [];
  const classes = sceneOf(state, data).classes.length;
  if (state.components) {
    const labels = new Set(state.components.map((c) => c.label));
    if (labels.size !== classes || Math.max(...labels) !== classes - 1) {
      state.components = null;
      wrong.push('m');
    }
  }
  if (state.class >= classes) {
    state.class = 0;
    wrong.push('class');
  }
  if (state.words.some((label) => label >= classes)) {
    const told = state.words.join() !== fresh(data).words.join();
    state.words = [0];
    if (told) wrong.push('words');
  }
  if (classes === 1 && (state.kind === 'not' || state.kind === 'words')) {
    state.kind = 'class'; // nothing is left without the only class, and its word says nothing
    wrong.push('y');
  }
  if (!sourcesOf(state, data).includes(state.source)) {
    state.source = 'exact';
    wrong.push('source');
  }
  const knob = BENT[state.method]?.knob;
  if (
    state.knob !== null &&
    !(knob && state.knob >= knob.least && state.knob <= knob.most && onStep(state.knob, knob))
  ) {
    state.knob = null;
    wrong.push('k');
  }
  if (state.low >= state.high) {
    [state.low, state.high] = [0.2, 2];
    wrong.push('low', 'high');
  }
  return wrong;
}
