/* 走势图：柱或折线、对照、目标、未走完、标注。数据写在 data-chart 里，这里只画，不算数。
   尺寸变了重画；指针与左右键逐点读出。 */
(() => {
  'use strict';

  const NS = 'http://www.w3.org/2000/svg';
  const f = window.cityops.format;
  const PAD = { left: 2, right: 2, top: 26, bottom: 24 };
  const ROW = 18; // 标注一行的高
  const LETTER = 13;
  const drawn = new WeakMap();

  const write = { count: f.count, rate: (v) => f.rate(v) + f.THIN + '%', seconds: f.lasting };
  const known = (values) => values.filter(f.known);

  function shape(parent, name, attributes, text) {
    const el = parent.appendChild(document.createElementNS(NS, name));
    Object.keys(attributes).forEach((key) => el.setAttribute(key, attributes[key]));
    if (text !== undefined) el.textContent = text;
    return el;
  }

  /** 字有多宽：中文一字，其余约六成。 */
  const wide = (text) => Array.from(text).reduce((w, c) => w + (c > '\u2e80' ? 1 : 0.6), 0) * LETTER;

  /** 叠起来的高：对照不叠。 */
  function stacked(spec) {
    const tops = spec.labels.map(() => 0);
    spec.series.forEach(([, role, values]) => {
      if (role !== 'was') values.forEach((v, i) => { tops[i] += v || 0; });
    });
    return tops;
  }

  /** 纵轴：柱从 0 起；折线可截断，范围写在图上。 */
  function range(spec) {
    const lines = spec.series.filter((s) => spec.shape === 'line' || s[1] === 'was');
    let all = [].concat(...lines.map((s) => known(s[2])));
    if (f.known(spec.target)) all.push(spec.target);
    if (spec.shape === 'bar') return [0, Math.max.apply(null, all.concat(stacked(spec), 1e-9))];
    if (!all.length) all = [0, 1];
    let low = Math.min.apply(null, all);
    let high = Math.max.apply(null, all);
    const room = (high - low) * 0.14 || (spec.unit === 'rate' ? 0.01 : Math.max(1, high * 0.1));
    low = Math.max(0, low - room);
    high += room;
    return [low, spec.unit === 'rate' ? Math.min(1, high) : high];
  }

  /** 横轴上写哪些：隔得开为止，末一个总写。 */
  function ticks(spec, width) {
    const n = spec.labels.length;
    const need = Math.max.apply(null, spec.labels.map(wide)) + 14;
    const step = Math.max(1, Math.ceil(need / (width / n)));
    const nice = [1, 2, 3, 4, 6, 7, 12, 14, 28, 30, 60, 90, 120, 180].find((k) => k >= step) || step;
    const found = [];
    for (let i = 0; i < n; i += nice) found.push(i);
    if ((n - 1 - found[found.length - 1]) * (width / n) >= need) found.push(n - 1);
    return found;
  }

  function path(values, x, y) {
    let d = '';
    let lifted = true;
    values.forEach((v, i) => {
      if (!f.known(v)) { lifted = true; return; }
      d += (lifted ? 'M' : 'L') + x(i).toFixed(1) + ' ' + y(v).toFixed(1);
      lifted = false;
    });
    return d;
  }

  /** 标注：淡底与起始虚线；字分行排，排不下的只留底，图下另有全文。 */
  function marks(svg, spec, at) {
    const ends = [];
    spec.marks.forEach(([first, last, text]) => {
      const left = at.edge(first);
      const right = at.edge(last + 1);
      shape(svg, 'rect', { class: 'event', x: left, y: 0, width: Math.max(2, right - left), height: at.bottom });
      const label = '▾' + text;
      const needs = wide(label) + 8;
      const start = Math.max(0, Math.min(left, at.width - needs));
      const row = [0, 1, 2].find((k) => (ends[k] === undefined || ends[k] <= start));
      if (row === undefined || row >= at.rows) return;
      ends[row] = start + needs;
      shape(svg, 'text', { class: 'event-word', x: start, y: row * ROW + 13 }, label);
    });
  }

  function bars(svg, spec, at) {
    const floor = spec.labels.map(() => 0);
    const w = Math.max(1, at.step * (at.step > 10 ? 0.72 : 0.86));
    spec.series.forEach(([, role, values]) => {
      if (role === 'was') return;
      values.forEach((v, i) => {
        if (!f.known(v)) return;
        const low = at.y(floor[i]);
        floor[i] += v;
        if (!v) return;
        const high = at.y(floor[i]);
        shape(svg, 'rect', { class: role + (i === spec.partial ? ' part' : ''), x: (at.x(i) - w / 2).toFixed(1),
          y: high.toFixed(1), width: w.toFixed(1), height: Math.max(0.5, low - high).toFixed(1) });
      });
    });
  }

  function lines(svg, spec, at) {
    spec.series.forEach(([, role, values]) => {
      if (spec.shape === 'bar' && role !== 'was') return;
      const whole = role === 'now' && f.known(spec.partial)
        ? values.map((v, i) => (i < spec.partial ? v : null)) : values;
      shape(svg, 'path', { class: 'run ' + role, d: path(whole, at.x, at.y) });
      if (whole !== values && f.known(values[spec.partial])) { // 未走完的一段：虚线、空心点
        const tail = values.map((v, i) => (i >= spec.partial - 1 ? v : null));
        shape(svg, 'path', { class: 'run part', d: path(tail, at.x, at.y) });
        shape(svg, 'circle', { class: 'dot part', cx: at.x(spec.partial), cy: at.y(values[spec.partial]), r: 3.5 });
      }
      values.forEach((v, i) => { // 两边都空的点，线画不出来
        const alone = f.known(v) && !f.known(values[i - 1]) && !f.known(values[i + 1]);
        if (alone) shape(svg, 'circle', { class: 'dot ' + role, cx: at.x(i), cy: at.y(v), r: 2.5 });
      });
    });
  }

  /** 直接标注：峰值（率是最低值）与最近一个走完的。 */
  function values(svg, spec, at) {
    const main = spec.series.find((s) => s[1] === 'now');
    if (!main) return;
    const tops = spec.shape === 'bar' ? stacked(spec) : main[2];
    const best = (a, b) => (spec.unit === 'rate' ? main[2][b] < main[2][a] : tops[b] > tops[a]);
    let pick = -1;
    let last = -1;
    main[2].forEach((v, i) => {
      if (!f.known(v) || i === spec.partial) return;
      if (pick < 0 || best(pick, i)) pick = i;
      last = i;
    });
    const put = (i, text) => {
      const half = wide(text) / 2;
      const x = Math.max(half + 2, Math.min(at.width - half - 2, at.x(i)));
      const below = spec.unit === 'rate' && spec.shape === 'line' && i === pick;
      if (below) { // 最低的一点：字写在它下面
        const y = Math.min(at.bottom - 4, at.y(main[2][i]) + 17);
        shape(svg, 'text', { class: 'value', x: x.toFixed(1), y: y.toFixed(1), 'text-anchor': 'middle' }, text);
        return [x - half, x + half];
      }
      const near = tops.filter((v, k) => f.known(v) && Math.abs(at.x(k) - x) <= half + at.step / 2);
      const was = spec.series.filter((s) => s[1] === 'was')
        .map((s) => s[2].filter((v, k) => f.known(v) && Math.abs(at.x(k) - x) <= half + at.step / 2));
      const high = Math.max.apply(null, near.concat(...was));
      shape(svg, 'text', { class: 'value', x: x.toFixed(1), y: Math.max(at.top - 4, at.y(high) - 7).toFixed(1),
        'text-anchor': 'middle' }, text);
      return [x - half, x + half];
    };
    if (pick < 0) return;
    const said = (i) => write[spec.unit](spec.shape === 'bar' ? tops[i] : main[2][i]);
    const used = put(pick, (spec.labels.length > 1 ? spec.labels[pick] + '　' : '') + said(pick));
    const half = wide(said(last)) / 2;
    if (last !== pick && (at.x(last) - half > used[1] + 8 || at.x(last) + half < used[0] - 8)) put(last, said(last));
  }

  function draw(el) {
    const width = el.clientWidth;
    const height = el.clientHeight;
    if (!width || !height) return;
    const key = width + 'x' + height + el.dataset.chart;
    if (drawn.get(el) && drawn.get(el).key === key) return;
    const spec = JSON.parse(el.dataset.chart);
    const n = spec.labels.length;
    const rows = spec.marks.length ? Math.min(2, spec.marks.length) : 0;
    const [low, high] = range(spec);
    const bottom = height - PAD.bottom;
    const top = PAD.top + rows * ROW;
    const inner = width - PAD.left - PAD.right;
    const step = inner / n;
    const at = { width, bottom, top, rows, step,
      x: (i) => PAD.left + (i + 0.5) * step,
      edge: (i) => PAD.left + i * step,
      y: (v) => bottom - ((v - low) / (high - low || 1)) * (bottom - top) };
    el.textContent = '';
    const svg = el.appendChild(document.createElementNS(NS, 'svg'));
    svg.setAttribute('viewBox', '0 0 ' + width + ' ' + height);
    svg.setAttribute('aria-hidden', 'true');
    marks(svg, spec, at);
    if (spec.shape === 'bar') bars(svg, spec, at);
    lines(svg, spec, at);
    if (f.known(spec.target)) {
      const y = at.y(spec.target).toFixed(1);
      shape(svg, 'path', { class: 'aim', d: 'M0 ' + y + 'H' + width });
      shape(svg, 'text', { class: 'aim-word', x: width - 2, y: Number(y) - 5, 'text-anchor': 'end' },
        '目标 ' + f.percent(spec.target, 2));
    }
    shape(svg, 'path', { class: 'base', d: 'M0 ' + (bottom + 0.5) + 'H' + width });
    ticks(spec, inner).forEach((i) => {
      const half = wide(spec.labels[i]) / 2;
      const x = Math.max(half, Math.min(width - half, at.x(i)));
      shape(svg, 'text', { class: 'tick', x: x.toFixed(1), y: height - 6, 'text-anchor': 'middle' }, spec.labels[i]);
    });
    if (spec.shape === 'line') {
      shape(svg, 'text', { class: 'tick', x: 0, y: top - 12 + 4 },
        '纵轴 ' + write[spec.unit](low) + '–' + write[spec.unit](high));
    }
    values(svg, spec, at);
    const cursor = shape(svg, 'path', { class: 'cursor', d: '' });
    drawn.set(el, { key, spec, at, cursor, i: -1 });
  }

  /** 读出一点：写在图下，也给读屏。 */
  function read(el, i) {
    const state = drawn.get(el);
    if (!state || i === state.i) return;
    const { spec, at } = state;
    state.i = i;
    const line = el.parentNode.querySelector('.readout');
    if (i < 0) {
      state.cursor.setAttribute('d', '');
      if (line) line.textContent = '';
      return;
    }
    state.cursor.setAttribute('d', 'M' + at.x(i).toFixed(1) + ' ' + at.top + 'V' + at.bottom);
    const said = spec.series.map(([name, , values]) => name + ' ' + (f.known(values[i]) ? write[spec.unit](values[i]) : f.NO_VALUE));
    spec.marks.forEach(([first, last, text]) => { if (first <= i && i <= last) said.push('▾' + text); });
    if (line) line.textContent = spec.named[i] + (i === spec.partial ? '（未走完）' : '') + '　' + said.join('　');
  }

  const watcher = new ResizeObserver((entries) => entries.forEach((one) => draw(one.target)));
  const watched = new WeakSet();

  function look() {
    document.querySelectorAll('[data-chart]').forEach((el) => {
      if (!watched.has(el)) {
        watched.add(el);
        watcher.observe(el);
      }
      draw(el);
    });
  }

  const plotOf = (event) => event.target.closest && event.target.closest('[data-chart]');
  document.addEventListener('pointermove', (event) => {
    const el = plotOf(event);
    const state = el && drawn.get(el);
    if (!state) return;
    const x = event.clientX - el.getBoundingClientRect().left;
    read(el, Math.max(0, Math.min(state.spec.labels.length - 1, Math.floor((x - PAD.left) / state.at.step))));
  });
  document.addEventListener('pointerout', (event) => {
    const el = plotOf(event);
    if (el && event.pointerType === 'mouse' && !el.contains(event.relatedTarget)) read(el, -1);
  });
  document.addEventListener('keydown', (event) => {
    const el = plotOf(event);
    const state = el && drawn.get(el);
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!state || !by) return;
    event.preventDefault();
    read(el, Math.max(0, Math.min(state.spec.labels.length - 1, state.i + by)));
  });
  document.fonts.ready.then(look);
  new MutationObserver(look).observe(document, { childList: true, subtree: true, attributes: true, attributeFilter: ['data-chart'] });
})();
