// What leaves the page: a link to what is seen, and the plane as a picture.

import { drawPlane } from './draw.js';
import { canvasPen, svgPen } from './pen.js';
import { toHash } from './state.js';

const SIZE = 1200; // pixels of a picture along a side

/** Copies a link to what is seen. */
export async function copyLink(app) {
  const hash = toHash(app.state, app.data);
  try {
    await navigator.clipboard.writeText(location.href.replace(/#.*$/, '') + hash);
    app.tell(app.words.copied);
  } catch {
    app.tell(app.words.notCopied);
  }
}

/** Saves the plane as it is seen, as SVG or PNG. */
export function savePlane(app, kind) {
  const view = app.viewOf(SIZE, SIZE / 640);
  if (kind === 'svg') {
    const pen = svgPen(SIZE, SIZE, view.look.ground, app.summary());
    drawPlane(pen, app.frame, app.state, view);
    download(app, new Blob([pen.file()], { type: 'image/svg+xml' }), 'svg');
    return;
  }
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = SIZE;
  const context = canvas.getContext('2d');
  context.fillStyle = view.look.ground;
  context.fillRect(0, 0, SIZE, SIZE);
  drawPlane(canvasPen(context), app.frame, app.state, view);
  canvas.toBlob((blob) => download(app, blob, 'png'));
}

function download(app, blob, ending) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = `guidance-${app.state.scene}-${app.state.gamma}.${ending}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
