// Addresses to try: random ones that mean something, and hostile ones.

import { readFileSync } from 'node:fs';

import { BENT } from '../methods.js';
import { CONDITIONS, LAYERS, METHODS, SAMPLER_NAMES, SECTIONS, SOURCES } from '../state.js';

/** The library's answers. */
export const golden = JSON.parse(readFileSync(new URL('./golden.json', import.meta.url), 'utf8'));

/** A network of the golden numbers, as the page has it. */
function packed({ params, ...told }) {
  return { ...told, joint: true, params: Buffer.from(Float32Array.from(params).buffer).toString('base64') };
}

/** The scenes of the golden numbers, as the page has them, and networks for one of them. */
export const data = {
  version: 'test',
  lang: 'en',
  theme: 'auto',
  nets: {
    scene: 'wide',
    score: packed(golden.learned.score),
    classifier: packed(golden.learned.classifier),
    clean: packed(golden.learned.clean),
  },
  scenes: Object.entries(golden.scenes).map(([name, m]) => ({
    name,
    ...m,
    classes: Array.from({ length: 1 + Math.max(...m.labels) }, (_, k) => ({ en: `class ${k}`, vi: `lớp ${k}` })),
  })),
};

/** Numbers in [0, 1) from a seed: mulberry32. */
function numbers(seed) {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), a | 1);
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes addresses of valid states. */
export function random(seed) {
  const u = numbers(seed);
  const between = (a, b) => String(Math.round((a + u() * (b - a)) * 1000) / 1000);
  const whole = (a, b) => String(a + Math.floor(u() * (b - a + 1)));
  const one = (list) => list[Math.floor(u() * list.length)];
  const some = (list) => list.filter(() => u() < 0.5).join();
  return () => {
    const scene = one(data.scenes);
    const classes = scene.classes.length;
    const method = one(METHODS);
    const knob = BENT[method]?.knob;
    const component = (label) =>
      [between(0.1, 1), between(-3, 3), between(-3, 3), between(0.05, 1), 0, between(0.05, 1), label].join();
    const parts = {
      scene: scene.name,
      source: scene.name === data.nets.scene ? one(SOURCES) : 'exact',
      m: Array.from({ length: classes + Math.floor(3 * u()) }, (_, k) => component(k % classes)).join(';'),
      y: one(CONDITIONS),
      class: whole(0, classes - 1),
      words: some(Array.from({ length: classes }, (_, label) => label)) || '0',
      point: `${between(-4, 4)},${between(-4, 4)}`,
      tau: between(0.05, 2),
      axis: whole(0, 1),
      value: between(-4, 4),
      g: between(-2, 20),
      method,
      ...(knob ? { k: knob.step === 1 ? whole(knob.least, knob.most) : between(knob.least, knob.most) } : {}),
      c: between(0.05, 5),
      low: between(0, 1),
      high: between(1.001, 9),
      sampler: one(SAMPLER_NAMES),
      steps: whole(1, 128),
      seed: whole(0, 99999),
      at: between(0, 1),
      row: whole(0, 255),
      z: `${between(-4, 4)},${between(-4, 4)}`,
      probe: `${between(-4, 4)},${between(-4, 4)}`,
      show: some(LAYERS),
      lesson: whole(0, 6),
      present: whole(0, 1),
      lang: one(['en', 'vi']),
      theme: one(['auto', 'light', 'dark', 'print']),
      hide: some(SECTIONS),
    };
    const kept = Object.entries(parts).filter(
      ([key]) => key === 'scene' || key === 'class' || key === 'method' || u() < 0.5,
    );
    return `#${['v=1', ...kept.map(([key, value]) => `${key}=${encodeURIComponent(value)}`)].join('&')}`;
  };
}

const NASTY = [
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  '%3Csvg/onload=alert(1)%3E',
  'javascript:alert(1)',
  '{{7*7}}',
  '${7*7}',
  '\u0000',
  '%00',
  '%',
  '%E0%A4%A',
  '%u0041',
  'NaN',
  'Infinity',
  '-Infinity',
  '1e400',
  '1e-400',
  '0x7f',
  '1_000',
  '--1',
  '+1',
  '1,2',
  '1,2,3',
  ',',
  ';',
  ';;;;',
  'null',
  'undefined',
  '[object Object]',
  'true',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '9'.repeat(400),
  '-0',
  '.5',
  '5.',
  '１',
  '٣',
  '∅',
  '\u202e',
  '💥',
  '../..',
  '\n',
  '=',
  '==',
];

/** Makes addresses that mean harm, or nothing. */
export function hostile(seed) {
  const u = numbers(seed);
  const good = random(seed + 1);
  const nasty = () => NASTY[Math.floor(u() * NASTY.length)];
  return () => {
    const parts = good().slice(1).split('&');
    const times = 1 + Math.floor(4 * u());
    for (let i = 0; i < times; i++) {
      const at = Math.floor(u() * parts.length);
      const [key] = parts[at].split('=');
      parts[at] = [
        () => `${key}=${nasty()}`,
        () => nasty(),
        () => `${nasty()}=${nasty()}`,
        () => parts[at] + nasty(),
        () => parts[at].slice(0, -1),
      ][Math.floor(5 * u())]();
    }
    return `#${parts.join('&')}`;
  };
}
