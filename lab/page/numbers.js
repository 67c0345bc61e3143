// The numbers beside the plane: where walks end, with intervals; what they cost; and the three arrows at x_t.

import { drawing, el, put, section } from './dom.js';
import { VERDICTS } from './metrics.js';
import { PATHS, classAt } from './model.js';
import { sceneOf } from './state.js';
import { classNames, decimal, gammaText, percent } from './words.js';

const SIGNS = {
  target: [['circle', { cx: 7, cy: 7, r: 5, fill: 'var(--target)' }]],
  other: [['circle', { cx: 7, cy: 7, r: 5, fill: 'var(--other)' }]],
  hybrid: [['path', { d: 'M3 3l8 8M11 3l-8 8', stroke: 'var(--hybrid)', 'stroke-width': 2.2, fill: 'none' }]],
  overshoot: [['circle', { cx: 7, cy: 7, r: 4.4, fill: 'none', stroke: 'var(--overshoot)', 'stroke-width': 2.2 }]],
};

/** One share: its sign, its name, a bar with its interval, and the number. */
function shareRow(sign, name, colour) {
  const [fill, whisker, value] = [el('i'), el('u'), el('dd', { class: 'value' })];
  fill.style.background = colour;
  const cells = [
    drawing('mark', 14, 14, ...sign),
    el('dt', {}, name),
    el('dd', { class: 'bar', 'aria-hidden': 'true' }, fill, whisker),
    value,
  ];
  const update = (share, lang) => {
    fill.style.width = `${100 * share.value}%`;
    whisker.style.left = `${100 * share.low}%`;
    whisker.style.width = `${Math.max(100 * (share.high - share.low), 0.5)}%`;
    put(value, 'textContent', percent(share.value, lang));
    value.title = `${percent(share.low, lang)} … ${percent(share.high, lang)} (68,3 %)`.replace(
      '68,3',
      lang === 'vi' ? '68,3' : '68.3',
    );
  };
  return { cells, update };
}

/** The dot of fidelity against diversity, and where it was. */
function traceBox(app) {
  const canvas = el('canvas', {
    class: 'trace',
    role: 'img',
    'aria-label': `${app.words.trace}: ${app.words.traceAxes}`,
  });
  const clear = el(
    'button',
    {
      type: 'button',
      onclick: () => {
        app.trace.length = 0;
        app.draw();
      },
    },
    app.words.clear,
  );
  const element = el(
    'div',
    { class: 'trace-box' },
    el('p', { class: 'note' }, `${app.words.trace} (${app.words.traceAxes})`),
    canvas,
    el('div', { class: 'row gap' }, clear),
  );
  const update = (look) => {
    const [w, h] = [canvas.clientWidth, canvas.clientHeight];
    if (!w || !h) return;
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(w * ratio))
      [canvas.width, canvas.height] = [Math.round(w * ratio), Math.round(h * ratio)];
    const context = canvas.getContext('2d');
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, w, h);
    const at = ([s, share]) => [12 + (Math.min(s, 2.4) / 2.4) * (w - 24), h - 12 - share * (h - 24)];
    context.strokeStyle = look.line;
    context.beginPath();
    [0, 0.5, 1].forEach((v) => {
      context.moveTo(...at([0, v]));
      context.lineTo(...at([2.4, v]));
    });
    context.stroke();
    context.strokeStyle = look.muted;
    context.beginPath();
    app.trace.forEach((point, i) => (i ? context.lineTo(...at(point)) : context.moveTo(...at(point))));
    context.stroke();
    app.trace.forEach((point, i) => {
      const last = i + 1 === app.trace.length;
      context.fillStyle = last ? look.guided : look.muted;
      context.beginPath();
      context.arc(...at(point), last ? 5 : 1.8, 0, 7);
      context.fill();
    });
  };
  return { element, update };
}

/** A number with its standard error, with a digit more where that is small, and without one that is 0; a dash where there is none. */
function withError(found, digits, lang) {
  if (!found) return '–';
  if (found.se === 0) return gammaText(Math.round(found.value * 10 ** digits) / 10 ** digits, lang);
  const places = found.se < 0.5 * 10 ** -digits ? digits + 1 : digits;
  return `${decimal(found.value, places, lang)} ± ${decimal(found.se, places, lang)}`;
}

/** Where the walks end. */
export function numbersSection(app) {
  const { words, state } = app;
  const { lang } = state;
  const classes = classNames(sceneOf(state, app.data), lang);
  const told = ['target', 'other', 'hybrid', 'overshoot'].map((name) =>
    shareRow(SIGNS[name], words[name], `var(--${name})`),
  );
  const free = [
    ...classes.map((name, k) => {
      const colour = `var(--class-${k % 4})`;
      return shareRow([['circle', { cx: 7, cy: 7, r: 5, fill: colour }]], name, colour);
    }),
    shareRow(SIGNS.hybrid, words.nowhere, 'var(--hybrid)'),
  ];
  const list = el('dl', { class: 'shares' });
  const facts = ['spread', 'certainty', 'toLaw', 'toTilt', 'evaluations', 'effective'].map((name) => [
    el('dt', name.startsWith('to') ? { title: words.distanceIs } : {}, words[name]),
    el('dd', {}),
  ]);
  const ends = el('p', { class: 'note' });
  const trace = traceBox(app);
  const element = section('numbers', words.numbers, list, el('dl', { class: 'facts' }, facts), ends, trace.element);
  let kind = '';
  const update = (now, frame) => {
    const asked = now.kind !== 'none';
    if (kind !== String(asked)) list.replaceChildren(...(asked ? told : free).flatMap((row) => row.cells));
    kind = String(asked);
    if (asked) told.forEach((row, i) => row.update(frame.shares[i], lang));
    else free.forEach((row, i) => row.update(frame.classes[i] ?? frame.shares[2], lang));
    const values = [
      withError(frame.spread, 3, lang),
      frame.p === null ? '–' : decimal(frame.p, 3, lang),
      withError(frame.distance?.law, 3, lang),
      withError(frame.distance?.tilt, 3, lang),
      decimal(frame.evaluations, 0, lang),
      withError(frame.effective, 2, lang),
    ];
    facts.forEach(([, dd], i) => put(dd, 'textContent', values[i]));
    // beside a learned field the tilt is still that of the exact densities
    put(facts[3][0], 'textContent', frame.learned ? words.toExactTilt : words.toTilt);
    facts[3].forEach((cell) => cell.classList.toggle('empty', now.kind === 'none'));
    put(
      ends,
      'textContent',
      `${endText(app, now, frame)}${frame.done < PATHS ? ` (${frame.done} ${words.of} ${PATHS})` : ''}`,
    );
    trace.update(app.look());
    element.classList.toggle('empty', app.view.guess === null && now.lesson > 0);
  };
  return { name: 'numbers', element, update };
}

/** Where the highlighted z ends, in words. */
function endText(app, state, frame) {
  const { words } = app;
  const label = classAt(frame.last, frame.mixture);
  if (label !== null)
    return `${words.endsOn} ${words.onClass}: ${sceneOf(state, app.data).classes[label][state.lang]}.`;
  return `${words.endsOn} ${VERDICTS[frame.verdict] === 'overshoot' && state.kind !== 'none' ? words.past : words.between}.`;
}

const ARROWS = [
  ['free', 'sᵤ', ''],
  ['gradient', '∇', '5 3.4'],
  ['guided', 's', ''],
];

/** The three arrows at x_t as numbers: their lengths, the angle between the first two, and p(y | x_t). */
export function probeSection(app) {
  const {
    words,
    state: { lang },
  } = app;
  const rows = ARROWS.map(([name, , dash]) => {
    const stroke = {
      d: 'M1 6h24',
      stroke: `var(--${name})`,
      'stroke-width': name === 'guided' ? 3.6 : 2.4,
      'stroke-dasharray': dash || 'none',
      fill: 'none',
    };
    const sign = drawing('', 34, 12, ['path', stroke], ['path', { d: 'M24 1.5l9 4.5-9 4.5z', fill: `var(--${name})` }]);
    return [sign, el('span', {}, words[name]), el('span', {})];
  });
  const [angle, p] = [el('dd', {}), el('dd', {})];
  const back = el('button', { type: 'button', onclick: () => app.set({ probe: null }) }, words.back);
  const heads = el('p', { class: 'note' });
  const element = section(
    'probe',
    words.probe,
    el('div', { class: 'arrows' }, rows.flat()),
    el('dl', { class: 'facts' }, el('dt', {}, words.angle), angle, el('dt', {}, 'p(y | xₜ)'), p),
    heads,
    el('div', { class: 'row gap' }, back),
  );
  const classes = classNames(sceneOf(app.state, app.data), lang);
  const update = (now, { probe, mixture }) => {
    const length = (v) => Math.hypot(v[0], v[1]);
    ARROWS.forEach(([name], i) => put(rows[i][2], 'textContent', decimal(length(probe[name]), 2, lang)));
    const cosine =
      (probe.free[0] * probe.gradient[0] + probe.free[1] * probe.gradient[1]) /
      (length(probe.free) * length(probe.gradient));
    const degrees = (Math.acos(Math.min(Math.max(cosine, -1), 1)) * 180) / Math.PI;
    put(angle, 'textContent', Number.isFinite(degrees) ? `${decimal(degrees, 0, lang)}°` : '–');
    put(p, 'textContent', probe.p === null ? '–' : decimal(probe.p, 3, lang));
    heads.classList.toggle('empty', !probe.tokens);
    if (probe.tokens) {
      const share = (label) => probe.tokens.reduce((a, t, k) => a + (mixture.labels[k] === label ? t.weight : 0), 0);
      const told = (label) => (now.words.includes(label) ? percent(share(label), lang) : '–');
      const each = classes.map((name, label) => `${name} ${told(label)}`);
      put(heads, 'textContent', `${words.attends}: ${each.join('; ')}`);
    }
    put(back, 'disabled', now.probe === null);
  };
  return { name: 'probe', element, update };
}
