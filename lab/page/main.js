// The page: a state, a frame made of it, and everything that shows the frame or changes the state.

import { controls } from './controls.js';
import { LOOKS, drawPlane, pixel, place } from './draw.js';
import { brush, handles } from './handles.js';
import { press } from './keys.js';
import { LESSONS, lessonState } from './lessons.js';
import { VERDICTS } from './metrics.js';
import { PATHS, modelOf } from './model.js';
import { numbersSection, probeSection } from './numbers.js';
import { conditionSection, dataSection, layersSection, lessonSection, methodSection, walkSection } from './panel.js';
import { MOST_COMPONENTS, painted } from './paint.js';
import { canvasPen } from './pen.js';
import { componentsIn, componentsOf, fresh, fromHash, sceneOf, toHash } from './state.js';
import { WORDS, classNames, percent } from './words.js';

const SECONDS = 5; // from noise to data
const SLOW = 1.6; // seconds a step in slow motion: three arrows, then the move
const MOST_PAST = 100;
const SLICE = 8; // milliseconds in which walks that take long are gone on with at a time
const TOLD = -1; // the prediction of a scene whose answer is shown without one
const COLUMNS = [
  [lessonSection],
  [conditionSection, methodSection, layersSection, walkSection, dataSection],
  [numbersSection, probeSection],
];

class App {
  constructor(data) {
    this.data = data;
    this.model = modelOf(data);
    this.past = [];
    this.trace = [];
    this.view = {
      playing: false,
      slow: false,
      stage: 3,
      editing: false,
      painting: false,
      chosen: 0,
      guess: 0,
      right: 0,
    };
    this.lastSet = { keys: '', at: 0 };
    this.canvas = document.getElementById('canvas');
    this.dark = window.matchMedia('(prefers-color-scheme: dark)');
    this.calm = window.matchMedia('(prefers-reduced-motion: reduce)');
    this.open(location.hash);
  }

  get words() {
    return WORDS[this.state.lang];
  }

  /** Shows what an address says. */
  open(hash) {
    const { state, ignored, alone } = fromHash(hash, this.data);
    // a scene of the lesson alone begins with its question; a link to what somebody saw shows that
    const begins = state.lesson > 0 && alone;
    this.state = begins ? lessonState(state.lesson, state, fresh(this.data), false) : state;
    this.view = { ...this.view, guess: state.lesson > 0 && !begins ? TOLD : null, right: 0 };
    if (state.lesson > 0) this.view.right = LESSONS[state.lesson - 1].answer(this.model(state, SLICE));
    this.build();
    if (ignored.length) this.tell(this.words.ignored + ignored.join(', '));
  }

  /** Builds the controls in the language of the state. */
  build() {
    document.getElementById('handles').replaceChildren();
    this.updates = [controls(this), handles(this)];
    const columns = COLUMNS.map((makers) =>
      makers.map((make) => make(this)).filter(({ name }) => !this.state.hide.includes(name)),
    );
    const [[lesson], ...others] = columns;
    this.updates.push(...columns.flat().map(({ update }) => update));
    document.getElementById('panel').replaceChildren(
      ...(lesson ? [lesson.element] : []),
      ...others
        .filter((list) => list.length)
        .map((list, i) => {
          const column = document.createElement('div');
          column.className = i === 0 ? 'column first' : 'column';
          column.append(...list.map(({ element }) => element));
          return column;
        }),
    );
    this.built = this.builtFor();
    this.draw();
  }

  /** What the controls are built for: when it changes they are built anew. */
  builtFor() {
    const { lang, scene, hide } = this.state;
    return JSON.stringify([lang, scene, hide]);
  }

  /** Changes the state; what is changed again within a moment is undone together. */
  set(patch) {
    const keys = Object.keys(patch).join();
    const at = performance.now();
    const together = keys === this.lastSet.keys && at - this.lastSet.at < 500;
    if (!together && keys !== 'at') this.past = [...this.past.slice(1 - MOST_PAST), this.state];
    this.lastSet = { keys, at };
    this.state = { ...this.state, ...patch };
    this.refresh();
  }

  undo() {
    const before = this.past.pop();
    if (!before) return;
    this.state = before;
    this.lastSet = { keys: '', at: 0 };
    this.refresh();
  }

  /** Draws in the next frame, or builds first where words or scene are others. */
  refresh() {
    if (this.built !== this.builtFor()) {
      const focused = document.activeElement?.id;
      this.build();
      if (focused) document.getElementById(focused)?.focus();
      return;
    }
    this.drawSoon();
  }

  drawSoon() {
    if (this.waiting) return;
    this.waiting = true;
    requestAnimationFrame(() => {
      this.waiting = false;
      this.draw();
    });
  }

  look() {
    const { theme } = this.state;
    return LOOKS[theme === 'auto' ? (this.dark.matches ? 'dark' : 'light') : theme];
  }

  /** Sets the colours of the page to those of the picture. */
  dress(look) {
    if (this.dressed === look) return;
    this.dressed = look;
    const style = document.documentElement.style;
    const names = { freeWord: 'free-word', gradientWord: 'gradient-word', guidedWord: 'guided-word' };
    for (const [name, colour] of Object.entries(look)) {
      if (typeof colour === 'string') style.setProperty(`--${names[name] ?? name}`, colour);
    }
    look.classes.forEach((colour, k) => style.setProperty(`--class-${k}`, colour));
    style.colorScheme = look === LOOKS.dark ? 'dark' : 'light';
  }

  /** What the drawing has to know besides frame and state. */
  viewOf(size, unit) {
    const { lang } = this.state;
    const names = classNames(sceneOf(this.state, this.data), lang);
    const { playing, stage, editing } = this.view;
    return { size, unit, look: this.look(), names, playing, stage, editing };
  }

  /** Makes the frame of the state and shows it. */
  draw() {
    const { state } = this;
    const look = this.look();
    this.dress(look);
    document.documentElement.lang = state.lang;
    document.body.dataset.present = String(state.present);
    document.getElementById('plane').classList.toggle('painting', this.view.painting);
    this.frame = this.model(state, SLICE);
    const side = this.canvas.clientWidth;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    const size = Math.max(Math.round(side * ratio), 1);
    if (this.canvas.width !== size) this.canvas.width = this.canvas.height = size;
    const context = this.canvas.getContext('2d');
    context.clearRect(0, 0, size, size);
    drawPlane(
      canvasPen(context),
      this.frame,
      state,
      this.viewOf(size, (size / Math.max(side, 1)) * Math.max(side / 640, 0.72)),
    );
    if (this.frame.done === PATHS) this.leaveTrace();
    else this.goOn();
    this.updates.forEach((update) => update(state, this.frame));
    this.first ??= performance.now(); // milliseconds from the opening of the page to its first picture
    this.later();
  }

  /** Goes on with walks that take long, slice by slice, also where no picture is drawn: a hidden page has none. */
  goOn() {
    this.going ??= setTimeout(() => {
      this.going = null;
      if (this.model(this.state, SLICE).done < PATHS) this.goOn();
      this.drawSoon();
    }, 0);
  }

  leaveTrace() {
    if (this.state.kind === 'none') return;
    const point = [this.frame.spread.value, this.frame.shares[0].value];
    const last = this.trace[this.trace.length - 1];
    if (!last || Math.hypot(last[0] - point[0], last[1] - point[1]) > 0.004) this.trace.push(point);
    if (this.trace.length > 400) this.trace.shift();
  }

  /** A moment after the last change: the address, and the summary that is read aloud. */
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      const hash = toHash(this.state, this.data);
      if (hash !== location.hash) {
        try {
          history.replaceState(null, '', hash);
        } catch {
          location.hash = hash; // where an address may not be replaced it is added
        }
      }
      const words = this.summary();
      document.getElementById('summary').textContent = words;
      this.canvas.setAttribute('aria-label', `${this.words.plane}. ${words}`);
    }, 250);
  }

  /** The shares in one sentence. */
  summary() {
    const { words, state, frame } = this;
    const classes = sceneOf(state, this.data).classes;
    const each =
      state.kind === 'none'
        ? frame.classes.map((share, k) => `${classes[k][state.lang]} ${percent(share.value, state.lang)}`)
        : frame.shares.slice(0, 4).map((share, i) => `${words[VERDICTS[i]]} ${percent(share.value, state.lang)}`);
    return `γ = ${state.gamma}. ${words.summary}: ${each.join('; ')}.`;
  }

  tell(words) {
    const notice = document.getElementById('notice');
    notice.textContent = words;
    clearTimeout(this.noticeTimer);
    this.noticeTimer = setTimeout(() => {
      notice.textContent = '';
    }, 6000);
  }

  /** Plays from noise to data, or stops. */
  play(slow) {
    if (this.view.playing) {
      const other = this.view.slow !== slow;
      this.stop();
      if (!other) return;
    }
    if (this.state.at >= 0.999) this.set({ at: 0 });
    this.set({ probe: null });
    this.view = { ...this.view, playing: true, slow };
    let last = performance.now();
    const tick = (time) => {
      if (!this.view.playing) return;
      const seconds = Math.min((time - last) / 1000, 0.1);
      last = time;
      this.advance(seconds);
      if (this.view.playing) requestAnimationFrame(tick);
    };
    if (this.calm.matches) this.ticking = setInterval(() => this.step(4), 800);
    else requestAnimationFrame(tick);
    this.drawSoon();
  }

  stop() {
    clearInterval(this.ticking);
    this.view = { ...this.view, playing: false, stage: 3 };
    this.drawSoon();
  }

  /** Moves on by so many seconds of playing. */
  advance(seconds) {
    const steps = this.frame.way.times.length - 1;
    if (!this.view.slow) {
      this.to(this.state.at + seconds / SECONDS);
      return;
    }
    this.clock = (this.clock ?? 0) + seconds / SLOW;
    if (this.clock >= 1) {
      this.clock = 0;
      this.to((Math.floor(this.state.at * steps + 1e-6) + 1) / steps);
    }
    this.view.stage = this.clock < 0.25 ? 1 : this.clock < 0.5 ? 2 : 3;
    this.drawSoon();
  }

  to(at) {
    this.set({ at: Math.min(at, 1) });
    if (at >= 1) this.stop();
  }

  /** So many steps of the walk on. */
  step(n) {
    const steps = this.frame.way.times.length - 1;
    const i = Math.round(this.state.at * steps);
    if (i >= steps && this.view.playing) this.stop();
    else this.set({ at: Math.min(Math.max((i >= steps && n > 0 ? 0 : i + n) / steps, 0), 1), probe: null });
  }

  /** Goes to a scene of the lesson, 0 for none. */
  lesson(number) {
    this.stop();
    this.view = { ...this.view, guess: null, right: 0 };
    this.set(number > 0 ? lessonState(number, this.state, fresh(this.data), false) : { lesson: 0 });
  }

  /** Takes a prediction, and shows what happens. */
  guess(option) {
    const number = this.state.lesson;
    const shown = lessonState(number, this.state, fresh(this.data), true);
    this.view = { ...this.view, guess: option, right: LESSONS[number - 1].answer(this.model(shown)) };
    this.set(shown);
  }

  edit() {
    this.view = { ...this.view, editing: !this.view.editing, painting: false };
    this.drawSoon();
  }

  paint() {
    this.view = { ...this.view, painting: !this.view.painting, editing: false };
    this.drawSoon();
  }

  /** The class that is painted: the one asked for, or the first. */
  brush() {
    return this.state.kind === 'class' || this.state.kind === 'not' ? this.state.class : 0;
  }

  /** Paints a point at x. */
  dab(x) {
    const own = componentsOf(this.state, this.data);
    if (own.length > MOST_COMPONENTS) return;
    const scene = componentsIn(sceneOf(this.state, this.data));
    this.set({ components: painted(own, scene, this.brush(), x) });
  }

  choose(component) {
    if (component === undefined || component === this.view.chosen) return;
    this.view = { ...this.view, chosen: component };
    this.drawSoon();
  }

  /** Adds a component of the wanted class. */
  addComponent(mean) {
    const own = componentsOf(this.state, this.data);
    if (own.length >= MOST_COMPONENTS) return;
    this.view = { ...this.view, chosen: own.length };
    this.set({ components: [...own, { weight: 0.2, mean, cov: [0.06, 0, 0.06], label: this.brush() }] });
  }

  /** A click on the plane: the nearest walk is highlighted or, while the data are changed, a component is added there. */
  click(event) {
    if (this.view.painting) return;
    const box = this.canvas.getBoundingClientRect();
    const x = place(event.clientX - box.left, event.clientY - box.top, box.width);
    if (this.view.editing) {
      this.addComponent(x.map((v) => Math.round(v * 100) / 100));
      return;
    }
    const [px, py] = pixel(...x, box.width);
    const off = Array.from(this.frame.found, (_, i) =>
      Math.min(
        ...[this.frame.ends, this.frame.ways.xs[0]].map((list) => {
          const [qx, qy] = pixel(list[2 * i], list[2 * i + 1], box.width);
          return Math.hypot(qx - px, qy - py);
        }),
      ),
    );
    const nearest = off.indexOf(Math.min(...off));
    if (off[nearest] < 24) this.set({ row: nearest, z: null, probe: null });
  }
}

export function start(data) {
  const app = new App(data);
  document.addEventListener('keydown', (event) => press(app, event));
  brush(app);
  app.canvas.addEventListener('click', (event) => app.click(event));
  window.addEventListener('hashchange', () => app.open(location.hash));
  window.addEventListener('resize', () => app.drawSoon());
  app.dark.addEventListener('change', () => app.drawSoon());
  // for tests: what is shown, and how long it took to compute
  document.documentElement.scorelab = app;
}
