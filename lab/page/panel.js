// The parts of the panel in which one chooses: scenes of the lesson, condition, method, walk, layers, and the data themselves.

import { chips, el, menu, put, section, slider, toggle } from './dom.js';
import { LESSONS } from './lessons.js';
import { BENT } from './methods.js';
import { MOST_COMPONENTS } from './paint.js';
import { LAYERS, METHODS, SAMPLER_NAMES, componentsOf, sceneOf, sourcesOf } from './state.js';
import { FORMULAS, classNames, decimal } from './words.js';

/** A scene of the lesson: its words, its question, and the way to the next. */
export function lessonSection(app) {
  const {
    words,
    state: { lang },
  } = app;
  const box = el('section', { class: 'section lesson', 'aria-label': words.lesson });
  let shown = '';
  const dots = (now) =>
    el(
      'div',
      { class: 'dots' },
      LESSONS.map((lesson, i) =>
        el(
          'button',
          {
            type: 'button',
            'aria-pressed': String(now === i + 1),
            'aria-label': lesson[lang].name,
            onclick: () => app.lesson(i + 1),
          },
          String(i + 1),
        ),
      ),
    );
  const go = (name, to) =>
    el('button', { type: 'button', disabled: to < 0 || to > LESSONS.length, onclick: () => app.lesson(to) }, name);
  const question = (lesson, number) => {
    const told = lesson[lang];
    const { guess, right } = app.view;
    const options = told.options.map((option, i) =>
      el(
        'button',
        {
          type: 'button',
          disabled: guess !== null,
          'data-right': guess !== null && i === right ? 'true' : null,
          'aria-pressed': guess === i ? 'true' : null,
          onclick: () => app.guess(i),
        },
        option,
      ),
    );
    const answer =
      guess === null
        ? []
        : [
            el(
              'p',
              { class: 'told', role: 'status' },
              guess < 0 ? '' : el('strong', {}, `${guess === right ? words.right : words.wrong} `),
              told.told,
            ),
          ];
    return [
      el('h2', { class: 'title' }, told.name),
      el('p', { class: 'text' }, told.text),
      el('p', { class: 'ask' }, `${words.guess}: ${told.ask}`),
      el('div', { class: 'options' }, options),
      ...answer,
      el(
        'div',
        { class: 'walkway' },
        go(words.previous, number - 1),
        dots(number),
        go(words.next, number + 1 > LESSONS.length ? 0 : number + 1),
        go(words.end, 0),
      ),
    ];
  };
  const update = (now) => {
    const key = JSON.stringify([now.lesson, app.view.guess, app.view.right]);
    if (key === shown) return;
    const had = box.contains(document.activeElement);
    shown = key;
    box.classList.toggle('closed', now.lesson === 0);
    box.replaceChildren(
      ...(now.lesson > 0
        ? question(LESSONS[now.lesson - 1], now.lesson)
        : [el('h2', { class: 'title' }, words.lesson), el('div', { class: 'walkway' }, go(words.start, 1), dots(0))]),
    );
    if (had) box.querySelector('.walkway button[aria-pressed="true"], .walkway button:not(:disabled)')?.focus();
  };
  return { name: 'lesson', element: box, update };
}

/** y: a class, not a class, nothing, words, a point or a line. */
export function conditionSection(app) {
  const {
    words,
    state: { lang },
  } = app;
  const classes = classNames(sceneOf(app.state, app.data), lang);
  const options = [
    ...classes.map((name, i) => [`class ${i}`, name]),
    ['none', words.none],
    ...(classes.length > 1 ? [['words', words.caption]] : []),
    ['point', words.point],
    ['mask', words.mask],
  ];
  const who = chips({
    label: words.condition,
    options,
    onChange: (value) => {
      const [kind, label] = value.split(' ');
      app.set({ kind, ...(label ? { class: Number(label) } : {}), lesson: app.state.lesson });
    },
  });
  const not = toggle(words.not, () => app.set({ kind: app.state.kind === 'not' ? 'class' : 'not' }));
  const tau = slider({
    label: words.tolerance,
    min: 0.05,
    max: 2,
    step: 0.05,
    onChange: (value) => app.set({ tau: value }),
  });
  const axis = menu({
    label: words.mask,
    options: [
      ['0', words.vertical],
      ['1', words.horizontal],
    ],
    onChange: (value) => app.set({ axis: Number(value) }),
  });
  who.element.querySelector('.row').append(not.element);
  const flip = (label) => classes.map((_, i) => i).filter((i) => (i === label) !== app.state.words.includes(i));
  const tokens = classes.map((name, i) => toggle(name, () => flip(i).length > 0 && app.set({ words: flip(i) })));
  const allowed = { class: 'row', role: 'group', 'aria-label': words.allowed };
  const buttons = tokens.map((token) => token.element);
  const caption = el('div', {}, el('p', { class: 'note' }, words.allowed), el('div', allowed, buttons));
  const element = section('condition', words.condition, who.element, caption, axis.element, tau.element);
  const update = (now) => {
    who.update(now.kind === 'class' || now.kind === 'not' ? `class ${now.class}` : now.kind);
    const labelled = now.kind === 'class' || now.kind === 'not';
    not.update(now.kind === 'not');
    put(not.element, 'disabled', !labelled || classes.length < 2);
    axis.element.classList.toggle('empty', now.kind !== 'mask');
    caption.classList.toggle('empty', now.kind !== 'words');
    tokens.forEach((token, i) => token.update(now.words.includes(i)));
    tau.element.classList.toggle('empty', now.kind !== 'point' && now.kind !== 'mask');
    axis.update(String(now.axis));
    tau.update(now.tau, decimal(now.tau, 2, lang));
  };
  return { name: 'condition', element, update };
}

const log = { read: (v) => Math.round(1000 * 10 ** Number(v)) / 1000, write: (v) => Math.log10(v) };

/** The slider of a method's one knob, for whichever method is chosen. */
function knobSlider(app) {
  const holder = el('div', { class: 'knob' });
  let [of, one] = ['', null];
  const update = ({ method, knob, lang }) => {
    const told = BENT[method]?.knob;
    if (of !== method) {
      one = told
        ? slider({
            label: app.words.knobs[method],
            min: told.least,
            max: told.most,
            step: told.step,
            onChange: (value) => app.set({ knob: value }),
          })
        : null;
      holder.replaceChildren(...(one ? [one.element] : []));
    }
    of = method;
    one?.update(knob ?? told.usual, decimal(knob ?? told.usual, told.step < 1 ? 2 : 0, lang));
  };
  return { element: holder, update };
}

/** How the condition steers. */
export function methodSection(app) {
  const {
    words,
    state: { lang },
  } = app;
  const names = METHODS.map((name) => [name, words.methods[name]]);
  const which = menu({
    label: words.method,
    hidden: true,
    options: names,
    onChange: (method) => app.set({ method, knob: null }),
  });
  const formula = el('p', { class: 'note' });
  const sources = sourcesOf(app.state, app.data);
  const source = menu({
    label: words.source,
    options: sources.map((name) => [name, words.sources[name]]),
    onChange: (name) => app.set({ source: name }),
  });
  source.element.classList.toggle('empty', sources.length < 2);
  const badge = el('p', { class: 'badge', role: 'note' });
  const c = slider({
    label: words.confidence,
    min: -1.3,
    max: 0.7,
    step: 0.01,
    ...log,
    onChange: (v) => app.set({ confidence: Math.min(Math.max(Math.abs(v - 1) < 0.03 ? 1 : v, 0.05), 5) }),
  });
  const low = slider({
    label: words.low,
    min: -2,
    max: 1.6,
    step: 0.02,
    ...log,
    onChange: (v) => app.set({ low: Math.min(v, app.state.high * 0.95) }),
  });
  const high = slider({
    label: words.high,
    min: -2,
    max: 2,
    step: 0.02,
    ...log,
    onChange: (v) => app.set({ high: Math.max(v, app.state.low * 1.05) }),
  });
  const knob = knobSlider(app);
  const element = section(
    'method',
    words.method,
    which.element,
    source.element,
    c.element,
    knob.element,
    low.element,
    high.element,
    formula,
    badge,
  );
  const update = (now, frame) => {
    source.update(now.source);
    badge.classList.toggle('empty', !frame.learned);
    if (frame.learned) put(badge, 'textContent', `${words.error} ${decimal(frame.error, 2, lang)}`);
    which.update(now.method);
    put(formula, 'textContent', FORMULAS[now.method]);
    c.element.classList.toggle('empty', now.method !== 'classifier');
    [low, high].forEach(({ element: row }) => row.classList.toggle('empty', now.method !== 'interval'));
    knob.update(now);
    c.update(now.confidence, decimal(now.confidence, 2, lang));
    low.update(Math.max(now.low, 0.01), decimal(now.low, 2, lang));
    high.update(now.high, decimal(now.high, 2, lang));
  };
  return { name: 'method', element, update };
}

/** Who takes the steps, how many, and from which noise. */
export function walkSection(app) {
  const {
    words,
    state: { lang },
  } = app;
  const sampler = menu({
    label: words.sampler,
    options: SAMPLER_NAMES.map((name) => [name, words.samplers[name]]),
    onChange: (name) => app.set({ sampler: name }),
  });
  const steps = slider({
    label: words.steps,
    min: 4,
    max: 128,
    step: 1,
    onChange: (value) => app.set({ steps: value }),
  });
  const seed = el('output', {});
  const other = el(
    'button',
    { type: 'button', onclick: () => app.set({ seed: app.state.seed + 1, z: null }) },
    words.fresh,
  );
  const element = section(
    'walk',
    words.walk,
    sampler.element,
    steps.element,
    el('div', { class: 'row gap' }, el('span', {}, words.seed), seed, other),
  );
  const update = (now) => {
    sampler.update(now.sampler);
    steps.update(now.steps, decimal(now.steps, 0, lang));
    put(seed, 'textContent', String(now.seed));
  };
  return { name: 'walk', element, update };
}

/** What is drawn. */
export function layersSection(app) {
  const { words } = app;
  const flip = (name) => LAYERS.filter((layer) => (layer === name) !== app.state.show.includes(layer));
  const toggles = LAYERS.map((name) => [name, toggle(words.layer[name], () => app.set({ show: flip(name) }))]);
  const improper = el('p', { class: 'note' });
  const element = section(
    'layers',
    words.layers,
    el(
      'div',
      { class: 'row' },
      toggles.map(([, t]) => t.element),
    ),
    improper,
  );
  const update = (now, frame) => {
    toggles.forEach(([name, t]) => {
      t.update(now.show.includes(name));
      if (name === 'tilt') put(t.element, 'textContent', frame.learned ? words.layer.exactTilt : words.layer.tilt);
    });
    put(improper, 'textContent', now.show.includes('tilt') && !frame.proper ? words.improper : '');
  };
  return { name: 'layers', element, update };
}

/** The mixture itself: its components can be dragged, weighed, added and removed. */
export function dataSection(app) {
  const {
    words,
    state: { lang },
  } = app;
  const edit = toggle(words.edit, () => app.edit());
  const paint = toggle(words.paint, () => app.paint());
  const own = () => componentsOf(app.state, app.data).map((c) => ({ ...c }));
  const chosen = () => Math.min(app.view.chosen, own().length - 1);
  const change = (alter) => {
    const list = own();
    alter(list, chosen());
    app.set({ components: list });
  };
  const weight = slider({
    label: words.weight,
    min: 0.02,
    max: 1,
    step: 0.01,
    onChange: (value) =>
      change((list, k) => {
        list[k].weight = value;
      }),
  });
  const hint = el('p', { class: 'note' }, words.edits);
  const add = el('button', { type: 'button', onclick: () => app.addComponent([0, 0]) }, words.add);
  const remove = el('button', { type: 'button', onclick: () => change((list, k) => list.splice(k, 1)) }, words.remove);
  const reset = el('button', { type: 'button', onclick: () => app.set({ components: null }) }, words.reset);
  const tools = el('div', {}, hint, weight.element, el('div', { class: 'row gap' }, add, remove, reset));
  const brush = el('p', { class: 'note' });
  const element = section('data', words.data, el('div', { class: 'row' }, edit.element, paint.element), brush, tools);
  const update = (now) => {
    const list = componentsOf(now, app.data);
    const k = Math.min(app.view.chosen, list.length - 1);
    edit.update(app.view.editing);
    paint.update(app.view.painting);
    [edit, paint].forEach((button) => put(button.element, 'disabled', list.length > MOST_COMPONENTS));
    brush.classList.toggle('empty', !app.view.painting);
    put(
      brush,
      'textContent',
      `${words.paints}: ${sceneOf(now, app.data).classes[app.brush()][lang]}. ${words.paintKey}`,
    );
    tools.classList.toggle('empty', !app.view.editing && now.components === null);
    [weight.element, hint, add, remove].forEach((part) => part.classList.toggle('empty', !app.view.editing));
    weight.update(list[k].weight, decimal(list[k].weight, 2, lang));
    put(add, 'disabled', list.length >= MOST_COMPONENTS);
    put(remove, 'disabled', list.filter((c) => c.label === list[k].label).length < 2);
    put(reset, 'disabled', now.components === null);
  };
  return { name: 'data', element, update };
}
