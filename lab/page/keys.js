// Keys that belong to no control.

import { LESSONS } from './lessons.js';

/** Does what a key asks for, unless a control has it. */
export function press(app, event) {
  const inside = event.target.closest?.('input, select, textarea, [contenteditable]');
  if (event.ctrlKey || event.metaKey || event.altKey || (inside && event.key !== 'Escape')) return;
  const { gamma, at, lesson, present } = app.state;
  const change = (g) => app.set({ gamma: Math.min(Math.max(Math.round(g * 10) / 10, -2), 20) });
  const keys = {
    ' ': event.target.closest?.('button, a') ? null : () => app.play(false),
    '[': () => app.set({ at: Math.max(at - 0.02, 0) }),
    ']': () => app.set({ at: Math.min(at + 0.02, 1) }),
    p: () => app.set({ present: !present }),
    u: () => app.undo(),
    d: app.view.painting ? () => app.dab(app.frame.probe.x.map((v) => Math.round(v * 100) / 100)) : null,
    Escape: present ? () => app.set({ present: false }) : null,
    ArrowUp: present ? () => change(gamma + 0.5) : null,
    ArrowDown: present ? () => change(gamma - 0.5) : null,
    ArrowLeft: present ? () => app.lesson(Math.max(lesson - 1, 0)) : null,
    ArrowRight: present ? () => app.lesson(Math.min(lesson + 1, LESSONS.length)) : null,
  };
  const act = Object.hasOwn(keys, event.key) ? keys[event.key] : null;
  if (!act) return;
  event.preventDefault();
  act();
}
