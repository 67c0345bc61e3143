// Elements of the page. Text goes in as text: no string is ever read as markup.

const SVG = 'http://www.w3.org/2000/svg';

/** An element with properties ('class', 'aria-…', 'on…' and so on) and children, which are elements or words. */
export function el(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (name in element && name !== 'list') element[name] = value;
    else element.setAttribute(name === 'class' ? 'class' : name, value === true ? '' : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

/** A small drawing: a list of [tag, attributes]. */
export function drawing(className, width, height, ...shapes) {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
  svg.setAttribute('class', className);
  svg.setAttribute('aria-hidden', 'true');
  for (const [tag, attributes] of shapes) {
    const shape = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) shape.setAttribute(name, value);
    svg.append(shape);
  }
  return svg;
}

/** Sets a property only where it changes, so that nothing is laid out again for nothing. */
export function put(element, name, value) {
  if (element[name] !== value) element[name] = value;
}

let count = 0;

/** A labelled slider: { element, update(value, text) }. */
export function slider({ label, min, max, step, read = Number, write = (v) => v, onChange }) {
  count += 1;
  const id = `slider-${count}`;
  const input = el('input', { id, type: 'range', min, max, step, oninput: () => onChange(read(input.value)) });
  const output = el('output', { htmlFor: id });
  const element = el('div', { class: 'field' }, el('label', { htmlFor: id }, label), input, output);
  const update = (value, text) => {
    put(input, 'value', String(write(value)));
    put(output, 'textContent', text);
    input.setAttribute('aria-valuetext', text);
  };
  return { element, input, update };
}

/** A labelled menu: { element, update(value) }. */
export function menu({ label, options, onChange, hidden = false }) {
  count += 1;
  const id = `menu-${count}`;
  const select = el('select', { id, onchange: () => onChange(select.value) });
  select.append(...options.map(([value, words]) => el('option', { value }, words)));
  const element = el(
    'div',
    { class: 'field wide' },
    el('label', { htmlFor: id, class: hidden ? 'unseen' : '' }, label),
    select,
  );
  if (hidden) select.setAttribute('aria-label', label);
  return { element: hidden ? select : element, update: (value) => put(select, 'value', value) };
}

/** One of several, as chips: { element, update(value) }. */
export function chips({ label, options, onChange }) {
  count += 1;
  const name = `chips-${count}`;
  const inputs = options.map(([value, words]) => {
    const input = el('input', { type: 'radio', name, value, onchange: () => onChange(value) });
    return [input, el('label', { class: 'chip' }, input, words)];
  });
  const element = el(
    'fieldset',
    {},
    el('legend', { class: 'unseen' }, label),
    el(
      'div',
      { class: 'row' },
      inputs.map(([, chip]) => chip),
    ),
  );
  return { element, update: (value) => inputs.forEach(([input]) => put(input, 'checked', input.value === value)) };
}

/** A button that is on or off. */
export function toggle(words, onClick) {
  const element = el('button', { type: 'button', onclick: onClick }, words);
  return { element, update: (on) => element.setAttribute('aria-pressed', String(on)) };
}

/** A part of the panel with its heading. */
export function section(name, title, ...children) {
  return el('section', { class: `section ${name}`, 'aria-label': title }, el('h2', {}, title), ...children);
}
