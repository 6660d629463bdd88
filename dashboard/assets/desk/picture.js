/* 存为图片：把一块（data-figure）照屏幕上的样子画到画布再存成 png，写上标题、筛选、截至与本市名。
   画的是算好的盒子、字与线，不经外部库；带 .no-png 的不画。别处来的底图不画（浏览器不许存）。 */
(() => {
  'use strict';

  const SCALE = 2;
  const MARGIN = 20;
  const LINE = 24;

  const seen = (css) => css.display !== 'none' && css.visibility !== 'hidden' && Number(css.opacity) > 0;
  const clear = (colour) => !colour || colour === 'none' || colour === 'transparent' || /,\s*0\)$/.test(colour);

  function rounded(ctx, box, radius) {
    const r = Math.min(radius, box.width / 2, box.height / 2);
    ctx.beginPath();
    ctx.moveTo(box.left + r, box.top);
    ctx.arcTo(box.right, box.top, box.right, box.bottom, r);
    ctx.arcTo(box.right, box.bottom, box.left, box.bottom, r);
    ctx.arcTo(box.left, box.bottom, box.left, box.top, r);
    ctx.arcTo(box.left, box.top, box.right, box.top, r);
    ctx.closePath();
  }

  function backdrop(ctx, el, css) {
    const box = el.getBoundingClientRect();
    if (!box.width || !box.height) return;
    const radius = parseFloat(css.borderTopLeftRadius) * (/%$/.test(css.borderTopLeftRadius) ? box.width / 100 : 1) || 0;
    if (!clear(css.backgroundColor)) {
      rounded(ctx, box, radius);
      ctx.fillStyle = css.backgroundColor;
      ctx.fill();
    }
    const sides = ['Top', 'Right', 'Bottom', 'Left'].map((side) => [parseFloat(css['border' + side + 'Width']),
      css['border' + side + 'Style'] === 'none' ? '' : css['border' + side + 'Color']]);
    const same = sides.every((one) => one[0] === sides[0][0] && one[1] === sides[0][1]);
    if (same && sides[0][0] && sides[0][1]) {
      rounded(ctx, box, radius);
      ctx.lineWidth = sides[0][0];
      ctx.setLineDash(css.borderTopStyle === 'dashed' ? [4, 3] : []);
      ctx.strokeStyle = sides[0][1];
      ctx.stroke();
      ctx.setLineDash([]);
      return;
    }
    [[box.left, box.top, box.width, 0], [box.right, box.top, 0, box.height], [box.left, box.bottom, box.width, 0],
      [box.left, box.top, 0, box.height]].forEach(([x, y, w, h], i) => {
      const [thick, colour] = sides[i];
      if (!thick || clear(colour)) return;
      ctx.fillStyle = colour;
      if (w) ctx.fillRect(x, i ? y - thick : y, w, thick);
      else ctx.fillRect(i === 1 ? x - thick : x, y, thick, h);
    });
  }

  const fontOf = (css) => css.fontWeight + ' ' + css.fontSize + ' ' + css.fontFamily;

  /** 一段字：按排好的行，一行一行写。 */
  function words(ctx, node, css) {
    const range = document.createRange();
    const text = node.nodeValue;
    const lines = [];
    for (let i = 0; i < text.length; i += 1) {
      range.setStart(node, i);
      range.setEnd(node, i + 1);
      const rect = range.getClientRects()[0];
      if (!rect || !rect.width) continue;
      const line = lines[lines.length - 1];
      if (line && Math.abs(line.top - rect.top) < 2) line.text += text[i];
      else lines.push({ text: text[i], left: rect.left, top: rect.top, height: rect.height });
    }
    ctx.font = fontOf(css);
    ctx.fillStyle = css.color;
    ctx.textAlign = 'left';
    ctx.textBaseline = 'alphabetic';
    lines.forEach((line) => {
      const m = ctx.measureText(line.text);
      const up = m.fontBoundingBoxAscent;
      ctx.fillText(line.text, line.left, line.top + (line.height - up - m.fontBoundingBoxDescent) / 2 + up);
    });
  }

  function outline(el) {
    const get = (name) => Number(el.getAttribute(name)) || 0;
    const path = new Path2D(el.tagName === 'path' ? el.getAttribute('d') || '' : undefined);
    if (el.tagName === 'rect') path.rect(get('x'), get('y'), get('width'), get('height'));
    if (el.tagName === 'line') {
      path.moveTo(get('x1'), get('y1'));
      path.lineTo(get('x2'), get('y2'));
    }
    if (el.tagName === 'circle') path.arc(get('cx'), get('cy'), get('r'), 0, Math.PI * 2);
    return path;
  }

  /** 一个 SVG 元素：形状先换到屏幕坐标再描，线宽不随图拉伸。 */
  function drawing(ctx, el, css) {
    const matrix = el.getScreenCTM();
    if (!matrix) return;
    if (el.tagName === 'text') {
      ctx.font = fontOf(css);
      ctx.fillStyle = css.fill;
      ctx.textBaseline = 'alphabetic';
      ctx.textAlign = { middle: 'center', end: 'right' }[css.textAnchor] || 'left';
      const x = Number(el.getAttribute('x'));
      const y = Number(el.getAttribute('y'));
      ctx.fillText(el.textContent, matrix.a * x + matrix.e, matrix.d * y + matrix.f);
      return;
    }
    if (!['path', 'rect', 'circle', 'line'].includes(el.tagName)) return;
    const path = new Path2D();
    path.addPath(outline(el), matrix);
    if (!clear(css.fill)) {
      ctx.globalAlpha = Number(css.fillOpacity) * Number(css.opacity);
      ctx.fillStyle = css.fill;
      ctx.fill(path);
    }
    if (!clear(css.stroke)) {
      ctx.globalAlpha = Number(css.strokeOpacity) * Number(css.opacity);
      ctx.strokeStyle = css.stroke;
      ctx.lineWidth = parseFloat(css.strokeWidth) || 1;
      ctx.lineJoin = 'round';
      ctx.setLineDash(css.strokeDasharray === 'none' ? [] : css.strokeDasharray.split(/[ ,]+/).map(parseFloat));
      ctx.stroke(path);
      ctx.setLineDash([]);
    }
    ctx.globalAlpha = 1;
  }

  function picture(ctx, el) {
    const box = el.getBoundingClientRect();
    const mine = el.tagName === 'CANVAS' || (el.complete && el.naturalWidth && new URL(el.src).origin === location.origin);
    if (mine && box.width && box.height && el.width) ctx.drawImage(el, box.left, box.top, box.width, box.height);
  }

  /** 子节点按叠放的先后：z-index 大的在上。 */
  function stacked(el) {
    const level = (node) => (node.nodeType === Node.ELEMENT_NODE ? Number(getComputedStyle(node).zIndex) || 0 : 0);
    return Array.from(el.childNodes, (node, i) => [level(node), i, node])
      .sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((one) => one[2]);
  }

  /** 画到哪里为止：不画的（数据表、按钮）在末尾时不留空白。 */
  function bottom(el, box) {
    const shown = Array.from(el.children).filter((child) => !child.matches('.no-png') && child.offsetHeight);
    const last = Math.max.apply(null, shown.map((child) => child.getBoundingClientRect().bottom));
    return Math.min(box.bottom, last + (parseFloat(getComputedStyle(el).paddingBottom) || 0));
  }

  function walk(ctx, el) {
    if (el.matches('.no-png, .unseen, script, style')) return;
    const css = getComputedStyle(el);
    if (!seen(css)) return;
    if (el instanceof SVGElement) {
      drawing(ctx, el, css);
      Array.from(el.children).forEach((child) => walk(ctx, child));
      return;
    }
    ctx.save();
    backdrop(ctx, el, css);
    if (css.overflowX !== 'visible') {
      const box = el.getBoundingClientRect();
      ctx.beginPath();
      ctx.rect(box.left, box.top, box.width, box.height);
      ctx.clip();
    }
    if (el.tagName === 'CANVAS' || el.tagName === 'IMG') picture(ctx, el);
    stacked(el).forEach((child) => {
      if (child.nodeType === Node.TEXT_NODE && child.nodeValue.trim()) words(ctx, child, css);
      if (child.nodeType === Node.ELEMENT_NODE) walk(ctx, child);
    });
    ctx.restore();
  }

  /** 抬头：城市 · 页名；筛选与截至。 */
  function heading(el) {
    const text = (selector) => { const one = document.querySelector(selector); return one ? one.textContent.trim() : ''; };
    const said = el.closest('[data-said]');
    const city = [text('.desk-top .org'), text('#content h1'), text('.desk-top .demo')].filter(Boolean);
    return [city.join(' · '), said ? said.dataset.said : ''].filter(Boolean);
  }

  function paint(el) {
    const box = el.getBoundingClientRect();
    const lines = heading(el);
    const body = getComputedStyle(document.querySelector('.desk'));
    const fonts = [body.fontWeight + ' 14px ' + body.fontFamily, '500 18px ' + body.fontFamily];
    return Promise.all(lines.map((line, i) => document.fonts.load(fonts[i ? 0 : 1], line))).then(() => {
      const canvas = document.createElement('canvas');
      const high = MARGIN + lines.length * LINE + 8;
      canvas.width = Math.ceil((Math.max(box.width, 480) + 2 * MARGIN) * SCALE);
      const tall = bottom(el, box) - box.top;
      canvas.height = Math.ceil((tall + high + MARGIN) * SCALE);
      const ctx = canvas.getContext('2d');
      ctx.scale(SCALE, SCALE);
      ctx.fillStyle = body.backgroundColor;
      ctx.fillRect(0, 0, canvas.width, canvas.height);
      ctx.fillStyle = body.color;
      lines.forEach((line, i) => {
        ctx.font = fonts[i ? 0 : 1];
        ctx.fillText(line, MARGIN, MARGIN + 16 + i * LINE, canvas.width / SCALE - 2 * MARGIN);
      });
      ctx.translate(MARGIN - box.left, high - box.top);
      ctx.beginPath();
      ctx.rect(box.left - 1, box.top - 1, box.width + 2, tall + 2);
      ctx.clip();
      walk(ctx, el);
      return canvas;
    });
  }

  function save(el, title) {
    return paint(el).then((canvas) => new Promise((done) => canvas.toBlob(done, 'image/png'))).then((blob) => {
      const link = document.createElement('a');
      link.href = URL.createObjectURL(blob);
      link.download = title.replace(/[\\/:*?"<>|\s]+/g, '-') + '.png';
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    });
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest('[data-png]');
    const el = button && button.closest('[data-figure]');
    if (!el) return;
    button.disabled = true;
    save(el, button.dataset.png)
      .catch((error) => console.error('png', error))
      .then(() => { button.disabled = false; });
  });
})();
