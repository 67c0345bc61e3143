// What stands around the plane: the header, the equation, the slider of γ and that of the noise level.

import { drawing, el, menu, put, toggle } from './dom.js';
import { BENT } from './methods.js';
import { copyLink, savePlane } from './save.js';
import { GAMMA, inScene } from './state.js';
import { FORMULAS, decimal, gammaText } from './words.js';

const TICKS = [-2, -1, 0, 1, 3, 5, 10, 20];
const MAIN = [0, 1, 3, 10];
const [LEFT, RIGHT] = [Math.asinh(GAMMA.least), Math.asinh(GAMMA.most)];

/** Where γ lies on its slider, from 0 to 1: as asinh γ, nearly even around 0 and like a logarithm far out. */
export function place(gamma) {
  return (Math.asinh(gamma) - LEFT) / (RIGHT - LEFT);
}

/** γ at a place of the slider; close to a mark it is the mark. */
function gammaAt(u) {
  const near = TICKS.find((tick) => Math.abs(place(tick) - u) < 0.008);
  return near ?? Math.round(Math.sinh(LEFT + u * (RIGHT - LEFT)) * 100) / 100;
}

const rounded = (v) => Math.min(Math.max(Math.round(v * 100) / 100, GAMMA.least), GAMMA.most);

/** The slider of γ with its marks and its field. */
function gammaControl(app) {
  const { words } = app;
  const set = (gamma) => app.set({ gamma: rounded(gamma) });
  const range = el('input', {
    id: 'gamma',
    type: 'range',
    min: 0,
    max: 1000,
    step: 1,
    'aria-label': words.gamma,
    oninput: () => set(gammaAt(range.value / 1000)),
    onkeydown: (event) => {
      const way = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1, PageUp: 10, PageDown: -10 }[event.key];
      if (!way) return;
      event.preventDefault();
      event.stopPropagation();
      set(app.state.gamma + way * (event.shiftKey ? 0.01 : 0.1));
    },
  });
  const field = el('input', {
    type: 'number',
    min: GAMMA.least,
    max: GAMMA.most,
    step: 0.1,
    'aria-label': words.gammaField,
    onchange: () => Number.isFinite(field.valueAsNumber) && set(field.valueAsNumber),
  });
  const ticks = TICKS.map((tick) => {
    const button = el(
      'button',
      {
        type: 'button',
        class: MAIN.includes(tick) ? 'main' : '',
        onclick: () => set(tick),
        'aria-label': `γ = ${gammaText(tick, app.state.lang)}`,
      },
      gammaText(tick, app.state.lang),
    );
    button.style.left = `${100 * place(tick)}%`;
    return button;
  });
  const element = el(
    'div',
    { class: 'gamma' },
    el('label', { class: 'big', htmlFor: 'gamma' }, 'γ'),
    el('div', { class: 'track' }, range, el('div', { class: 'ticks' }, ticks)),
    field,
  );
  const update = (state) => {
    put(range, 'value', String(Math.round(1000 * place(state.gamma))));
    range.setAttribute('aria-valuetext', `γ = ${gammaText(state.gamma, state.lang)}`);
    if (document.activeElement !== field) put(field, 'value', String(state.gamma));
  };
  return { element, update };
}

const TRIANGLE = [['path', { d: 'M2 1l9 5.5L2 12z', fill: 'currentColor' }]];
const BARS = [['path', { d: 'M2 1h3v11H2zM8 1h3v11H8z', fill: 'currentColor' }]];

/** Play, step, slow motion, and the slider of the noise level. */
function timeControl(app) {
  const { words } = app;
  const play = el('button', { type: 'button', id: 'play', onclick: () => app.play(false) });
  const step = el('button', { type: 'button', onclick: () => app.step(1) }, words.step);
  const slow = el('button', { type: 'button', onclick: () => app.play(true) }, words.slow);
  const range = el('input', {
    type: 'range',
    min: 0,
    max: 1000,
    step: 1,
    'aria-label': words.noise,
    class: 'level',
    oninput: () => app.set({ at: range.value / 1000 }),
  });
  const output = el('output', {});
  const update = (state, frame) => {
    const name = app.view.playing ? words.pause : words.play;
    if (play.getAttribute('aria-label') !== name) {
      play.setAttribute('aria-label', name);
      play.replaceChildren(drawing('mark', 13, 13, ...(app.view.playing ? BARS : TRIANGLE)));
    }
    slow.setAttribute('aria-pressed', String(app.view.playing && app.view.slow));
    put(range, 'value', String(Math.round(1000 * state.at)));
    const told = `σ/α = ${decimal(frame.level.sigma / frame.level.alpha, 2, state.lang)}`;
    range.setAttribute('aria-valuetext', told);
    put(output, 'textContent', told);
  };
  return { element: el('div', { class: 'time' }, play, step, slow, range, output), update };
}

/** The equation of the field, in the colours of its arrows. */
function equation(state) {
  const g = gammaText(state.gamma, state.lang);
  const span = (name, words) => el('span', { class: name }, words);
  const given = { class: 'y', not: '¬y', words: 'y', point: 'y', mask: 'y' }[state.kind];
  if (state.kind === 'none') return [span('free', 's = sᵤ = ∇ₓ log p(x)')];
  if (state.method === 'autoguidance') {
    return [
      span('guided', 's'),
      ' = ',
      span('free', 's°'),
      ' + ',
      el('b', {}, g),
      ' · ',
      span('gradient', `(s(x, ${given}) − s°)`),
    ];
  }
  if (BENT[state.method]) return [span('guided', FORMULAS[state.method])];
  const c = state.method === 'classifier' ? [' · ', el('b', {}, decimal(state.confidence, 2, state.lang))] : [];
  return [
    span('guided', 's'),
    ' = ',
    span('free', 'sᵤ'),
    ' + ',
    el('b', {}, g),
    ...c,
    ' · ',
    span('gradient', `∇ₓ log p(${given} | xₜ)`),
  ];
}

/** The header: name, scene, and what is done with the whole page. */
function header(app) {
  const { words, state, data } = app;
  const button = (words, onclick, extra = {}) => el('button', { type: 'button', onclick, ...extra }, words);
  const scene = menu({
    label: words.scene,
    hidden: true,
    options: data.scenes.map(({ name }) => [name, name]),
    onChange: (name) => app.set(inScene(name, app.state, data)),
  });
  const theme = menu({
    label: words.theme,
    hidden: true,
    options: Object.entries(words.themes),
    onChange: (name) => app.set({ theme: name }),
  });
  const undo = button(words.undo, () => app.undo());
  const present = toggle(words.present, () => app.set({ present: !app.state.present }));
  present.element.classList.add('keep');
  const language = button(words.language, () => app.set({ lang: app.state.lang === 'en' ? 'vi' : 'en' }), {
    id: 'language',
    lang: state.lang === 'en' ? 'vi' : 'en',
  });
  const tools = el(
    'div',
    { class: 'tools' },
    scene.element,
    undo,
    button(words.link, () => copyLink(app)),
    button(words.svg, () => savePlane(app, 'svg')),
    button(words.png, () => savePlane(app, 'png')),
    theme.element,
    language,
    present.element,
  );
  const top = [el('h1', {}, words.title), el('p', { class: 'subtitle' }, words.subtitle), tools];
  const update = (now) => {
    scene.update(now.scene);
    theme.update(now.theme);
    present.update(now.present);
    put(present.element, 'textContent', now.present ? words.leave : words.present);
    put(undo, 'disabled', app.past.length === 0);
  };
  return { top, update };
}

/** Builds what stands around the plane; the answer brings it up to date. */
export function controls(app) {
  const [head, gamma, time] = [header(app), gammaControl(app), timeControl(app)];
  document.getElementById('top').replaceChildren(...head.top);
  document.getElementById('sliders').replaceChildren(gamma.element, time.element);
  document
    .getElementById('foot')
    .replaceChildren(el('span', {}, app.words.keys), el('span', {}, `${app.words.made} scorelab ${app.data.version}`));
  let shown = '';
  return (state, frame) => {
    [head, gamma, time].forEach(({ update }) => update(state, frame));
    const key = JSON.stringify([state.kind, state.gamma, state.method, state.confidence]);
    if (key !== shown) document.getElementById('equation').replaceChildren(...equation(state));
    shown = key;
  };
}
