'use strict';
const body = document.body;
const slides = [...document.querySelectorAll('section')];
const count = document.getElementById('count');
let now = 0;
let timer = 0;

function show(k) {
  slides[now].classList.remove('now');
  now = Math.max(0, Math.min(slides.length - 1, k));
  slides[now].classList.add('now');
  count.textContent = `${now + 1} / ${slides.length}`;
  // what comes next is there when it is asked for
  const next = slides[now + 1];
  const picture = next?.querySelector('img');
  if (picture) new Image().src = picture.src;
  history.replaceState(null, '', '#' + slides[now].id);
  body.classList.remove('quiet');
  clearTimeout(timer);
  timer = setTimeout(() => body.classList.add('quiet'), 2500);
}

function of_address() {
  const id = decodeURIComponent(location.hash.slice(1));
  const k = slides.findIndex(slide => slide.id === id);
  show(k < 0 ? 0 : k);
}

const keys = {
  ArrowRight: () => show(now + 1), ArrowDown: () => show(now + 1), PageDown: () => show(now + 1), ' ': () => show(now + 1),
  ArrowLeft: () => show(now - 1), ArrowUp: () => show(now - 1), PageUp: () => show(now - 1),
  Home: () => show(0), End: () => show(slides.length - 1),
  c: () => body.classList.toggle('contents'), Escape: () => body.classList.remove('contents'),
  n: () => body.classList.toggle('notes'),
  f: () => document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen(),
};

if (slides.length > 0) {
  body.classList.add('on-stage');
  document.addEventListener('keydown', event => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const act = keys[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
  // a click on the left third of a picture goes back, elsewhere on
  document.querySelector('main').addEventListener('click', event => {
    if (event.target.tagName === 'IMG') show(now + (event.clientX < innerWidth / 3 ? -1 : 1));
  });
  document.getElementById('contents').addEventListener('click', event => {
    if (event.target.tagName === 'A') body.classList.remove('contents');
  });
  addEventListener('hashchange', of_address);
  of_address();
}
