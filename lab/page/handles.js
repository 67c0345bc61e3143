// What can be dragged on the plane: buttons over the picture, so that mouse, finger and keyboard all move them.

import { pixel, place } from './draw.js';
import { APART } from './paint.js';
import { REACH, componentsOf } from './state.js';

const near = (v) => Math.round(v * 100) / 100;
const within = (v) => near(Math.min(Math.max(v, -REACH), REACH));

/** The handle by which a component is widened: at two standard deviations to its right. */
function ringOf(component) {
  return [component.mean[0] + 2 * Math.sqrt(component.cov[0]), component.mean[1]];
}

/** A component with its width scaled so that its ring passes through x. */
function widened(component, x) {
  const wanted = Math.min(Math.max(Math.abs(x[0] - component.mean[0]) / 2, 0.08), 2);
  const factor = wanted ** 2 / component.cov[0];
  const [xx, xy, yy] = component.cov.map((v) => v * factor);
  const most = (xx + yy) / 2 + Math.hypot((xx - yy) / 2, xy);
  const least = (xx + yy) / 2 - Math.hypot((xx - yy) / 2, xy);
  return most > 9 || least < 0.0017 ? component : { ...component, cov: [xx, xy, yy] };
}

/** The handles of a state: where each is, what it is called, and what becomes of the state when it is moved. */
function specs(app, state, frame) {
  const { words } = app;
  const list = [
    { key: 'z', kind: 'z', label: words.handleZ, x: frame.z, move: (x) => ({ z: x }) },
    { key: 'probe', kind: 'probe', label: words.handleProbe, x: frame.probe.x, move: (x) => ({ probe: x }) },
  ];
  if (state.kind === 'point')
    list.push({ key: 'point', kind: 'point', label: words.handlePoint, x: state.point, move: (x) => ({ point: x }) });
  if (state.kind === 'mask') {
    const x = state.axis === 0 ? [state.value, REACH - 0.5] : [REACH - 0.5, state.value];
    list.push({ key: 'mask', kind: 'mask', label: words.handleMask, x, move: (to) => ({ value: to[state.axis] }) });
  }
  if (!app.view.editing) return list;
  const own = componentsOf(state, app.data);
  const changed = (k, component) => ({ components: own.map((c, i) => (i === k ? component : c)) });
  own.forEach((c, k) => {
    list.push({
      key: `mean${k}`,
      kind: 'mean',
      chosen: k,
      label: `${words.handleMean} ${k + 1}`,
      x: c.mean,
      move: (x) => changed(k, { ...c, mean: x }),
    });
    list.push({
      key: `ring${k}`,
      kind: 'ring',
      chosen: k,
      label: `${words.handleRing} ${k + 1}`,
      x: ringOf(c),
      move: (x) => changed(k, widened(c, x)),
    });
  });
  return list;
}

const ARROW_KEYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** Keeps the handles over the plane; the answer brings them up to date. */
export function handles(app) {
  const holder = document.getElementById('handles');
  const buttons = new Map();
  let now = new Map();
  const moved = (key, x) => {
    const spec = now.get(key);
    if (spec) app.set(spec.move(x.map(within)));
  };
  const make = (key) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.addEventListener('pointerdown', (event) => {
      button.setPointerCapture(event.pointerId);
      app.choose(now.get(key)?.chosen);
      event.stopPropagation();
    });
    button.addEventListener('pointermove', (event) => {
      if (!button.hasPointerCapture(event.pointerId)) return;
      const box = holder.getBoundingClientRect();
      moved(key, place(event.clientX - box.left, event.clientY - box.top, box.width));
    });
    button.addEventListener('focus', () => app.choose(now.get(key)?.chosen));
    button.addEventListener('keydown', (event) => {
      const way = ARROW_KEYS[event.key];
      if (!way) return;
      event.preventDefault();
      event.stopPropagation();
      const step = event.shiftKey ? 0.01 : 0.1;
      moved(
        key,
        now.get(key).x.map((v, i) => v + step * way[i]),
      );
    });
    holder.append(button);
    return button;
  };
  return (state, frame) => {
    now = new Map(specs(app, state, frame).map((spec) => [spec.key, spec]));
    for (const [key, button] of buttons) {
      if (now.has(key)) continue;
      button.remove();
      buttons.delete(key);
    }
    for (const [key, { kind, label, x, chosen }] of now) {
      if (!buttons.has(key)) buttons.set(key, make(key));
      const button = buttons.get(key);
      const [px, py] = pixel(x[0], x[1], 100);
      button.className = `handle ${kind}`;
      button.style.left = `${Math.min(Math.max(px, 1.5), 98.5)}%`;
      button.style.top = `${Math.min(Math.max(py, 1.5), 98.5)}%`;
      button.setAttribute('aria-label', label);
      button.dataset.chosen = String(chosen !== undefined && chosen === app.view.chosen);
    }
  };
}

/** Strokes of paint on the plane: a dab where a stroke begins, and another wherever it is far enough from the last. */
export function brush(app) {
  let last = null;
  const dab = (event) => {
    const box = app.canvas.getBoundingClientRect();
    const x = place(event.clientX - box.left, event.clientY - box.top, box.width).map(within);
    if (last && Math.hypot(x[0] - last[0], x[1] - last[1]) < APART) return;
    last = x;
    app.dab(x);
  };
  app.canvas.addEventListener('pointerdown', (event) => {
    if (!app.view.painting || event.button !== 0) return;
    app.canvas.setPointerCapture(event.pointerId);
    last = null;
    dab(event);
  });
  app.canvas.addEventListener('pointermove', (event) => {
    if (app.view.painting && app.canvas.hasPointerCapture(event.pointerId)) dab(event);
  });
}
