// Two pens with the same strokes: one draws on a canvas, the other writes SVG, so that what is saved is what is seen.
//
// A style is { colour, width, alpha, dash, fill }. Coordinates are pixels; lists are flat: x₀, y₀, x₁, y₁ …

/** Draws on the context of a canvas. */
export function canvasPen(context) {
  const styled = ({ colour, width = 1, alpha = 1, dash = [] }) => {
    context.globalAlpha = alpha;
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = width;
    context.setLineDash(dash);
  };
  context.lineCap = 'round';
  context.lineJoin = 'round';
  return {
    image(picture, x, y, width, height) {
      context.globalAlpha = 1;
      context.imageSmoothingEnabled = true;
      context.imageSmoothingQuality = 'high';
      context.drawImage(picture, x, y, width, height);
    },
    /** Lines from (x₀, y₀) to (x₁, y₁), from (x₂, y₂) to (x₃, y₃) … */
    segments(list, style) {
      styled(style);
      context.beginPath();
      for (let i = 0; i < list.length; i += 4) {
        context.moveTo(list[i], list[i + 1]);
        context.lineTo(list[i + 2], list[i + 3]);
      }
      context.stroke();
    },
    /** Each list of points as one line. */
    lines(lists, style) {
      styled(style);
      context.beginPath();
      for (const list of lists) {
        context.moveTo(list[0], list[1]);
        for (let i = 2; i < list.length; i += 2) context.lineTo(list[i], list[i + 1]);
      }
      context.stroke();
    },
    discs(list, radius, style) {
      styled(style);
      context.beginPath();
      for (let i = 0; i < list.length; i += 2) {
        context.moveTo(list[i] + radius, list[i + 1]);
        context.arc(list[i], list[i + 1], radius, 0, 2 * Math.PI);
      }
      if (style.fill) context.fill();
      else context.stroke();
    },
    /** A filled polygon. */
    polygon(list, style) {
      styled(style);
      context.beginPath();
      context.moveTo(list[0], list[1]);
      for (let i = 2; i < list.length; i += 2) context.lineTo(list[i], list[i + 1]);
      context.fill();
    },
    text(words, x, y, { colour, size, halo, anchor = 'start' }) {
      context.globalAlpha = 1;
      context.setLineDash([]);
      context.font = `italic 600 ${size}px Georgia, 'DejaVu Serif', serif`;
      context.textAlign = anchor === 'middle' ? 'center' : anchor;
      context.textBaseline = 'middle';
      context.lineWidth = size / 4;
      context.strokeStyle = halo;
      context.strokeText(words, x, y);
      context.fillStyle = colour;
      context.fillText(words, x, y);
    },
  };
}

const near = (v) => String(Math.round(v * 100) / 100);
const escaped = (text) =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]);

/** Writes SVG; text() answers the file. */
export function svgPen(width, height, ground, title) {
  const parts = [];
  const stroke = ({ colour, width: w = 1, alpha = 1, dash = [] }) => {
    const dashes = dash.length ? ` stroke-dasharray="${dash.join(' ')}"` : '';
    return `fill="none" stroke="${colour}" stroke-width="${near(w)}" stroke-opacity="${alpha}" stroke-linecap="round" stroke-linejoin="round"${dashes}`;
  };
  const path = (lists) =>
    lists
      .map((list) => {
        const points = [];
        for (let i = 0; i < list.length; i += 2) points.push(`${near(list[i])} ${near(list[i + 1])}`);
        return `M${points.join('L')}`;
      })
      .join('');
  return {
    image(picture, x, y, w, h) {
      parts.push(
        `<image x="${x}" y="${y}" width="${w}" height="${h}" preserveAspectRatio="none" href="${picture.toDataURL('image/png')}"/>`,
      );
    },
    segments(list, style) {
      const lists = [];
      for (let i = 0; i < list.length; i += 4) lists.push(list.slice(i, i + 4));
      if (lists.length) parts.push(`<path d="${path(lists)}" ${stroke(style)}/>`);
    },
    lines(lists, style) {
      if (lists.length) parts.push(`<path d="${path(lists)}" ${stroke(style)}/>`);
    },
    discs(list, radius, style) {
      const fill = style.fill ? `fill="${style.colour}" fill-opacity="${style.alpha ?? 1}"` : stroke(style);
      for (let i = 0; i < list.length; i += 2)
        parts.push(`<circle cx="${near(list[i])}" cy="${near(list[i + 1])}" r="${near(radius)}" ${fill}/>`);
    },
    polygon(list, { colour, alpha = 1 }) {
      parts.push(`<path d="${path([list])}Z" fill="${colour}" fill-opacity="${alpha}"/>`);
    },
    text(words, x, y, { colour, size, halo, anchor = 'start' }) {
      parts.push(
        `<text x="${near(x)}" y="${near(y)}" fill="${colour}" stroke="${halo}" stroke-width="${near(size / 4)}" paint-order="stroke" font-family="Georgia, DejaVu Serif, serif" font-style="italic" font-weight="600" font-size="${size}" text-anchor="${anchor}" dominant-baseline="middle">${escaped(words)}</text>`,
      );
    },
    file() {
      return (
        `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">` +
        `<title>${escaped(title)}</title><rect width="${width}" height="${height}" fill="${ground}"/>${parts.join('')}</svg>\n`
      );
    },
  };
}
