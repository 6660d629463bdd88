/* 折线与柱：内联 SVG，只在数据变化时重画；字放在 SVG 外，不随图拉伸。 */
(function (app) {
  'use strict';

  const f = app.format;
  const NS = 'http://www.w3.org/2000/svg';
  const W = 2400;
  const H = 1000;
  const HEADROOM = 1.16;

  function svg(shapes) {
    const root = document.createElementNS(NS, 'svg');
    root.setAttribute('viewBox', '0 0 ' + W + ' ' + H);
    root.setAttribute('preserveAspectRatio', 'none');
    root.setAttribute('aria-hidden', 'true');
    shapes.forEach((shape) => {
      const el = document.createElementNS(NS, shape[0]);
      Object.keys(shape[1]).forEach((name) => el.setAttribute(name, shape[1][name]));
      root.appendChild(el);
    });
    return root;
  }

  function label(text, left, top, className) {
    const el = app.make('span', className, text);
    el.style.left = left.toFixed(2) + '%';
    el.style.top = top.toFixed(2) + '%';
    return el;
  }

  /** 图 = 画布 + 横轴；返回画布。 */
  function stage(el, ticks) {
    el.textContent = '';
    const plot = app.make('div', 'plot');
    const axis = app.make('div', 'ax');
    ticks.forEach((tick) => {
      const mark = app.make('span', tick[2] || '', tick[0]);
      mark.style.left = tick[1].toFixed(2) + '%';
      axis.appendChild(mark);
    });
    el.appendChild(plot);
    el.appendChild(axis);
    return plot;
  }

  const top = (values) => Math.max(1, Math.max.apply(null, values.filter(f.known).concat(0)));

  /** 昨日：阶梯轮廓与淡底；今日：实心柱，未走完的钟点换次色。 */
  function hours(el, frame) {
    const series = frame.s['hourly.reported'] || { today: [], yesterday: [], now_h: 0 };
    const high = top(series.today.concat(series.yesterday)) * HEADROOM;
    const y = (n) => H - (n / high) * H;
    const step = W / 24;
    const ticks = [0, 3, 6, 9, 12, 15, 18, 21, 24].map((h) =>
      [h === 24 ? '24 时' : String(h), (h / 24) * 100, h === 0 ? 'first' : h === 24 ? 'last'
        : h % 6 ? 'minor' : '']);
    const plot = stage(el, ticks);
    const shapes = [];
    if (series.yesterday.some(f.known)) {
      let outline = 'M0 ' + y(series.yesterday[0] || 0).toFixed(1);
      series.yesterday.forEach((n, h) => {
        outline += 'V' + y(n || 0).toFixed(1) + 'H' + ((h + 1) * step).toFixed(1);
      });
      shapes.push(['path', { d: outline + 'V' + H + 'H0Z', class: 'ghost' }]);
      shapes.push(['path', { d: outline, class: 'was' }]);
    }
    const current = Math.floor(series.now_h);
    let peak = -1;
    series.today.forEach((n, h) => {
      if (!f.known(n)) return;
      if (h < current && (peak < 0 || n > series.today[peak])) peak = h;
      const bar = { x: h * step + step * 0.12, width: step * 0.76, y: y(n), height: H - y(n) };
      bar.class = h === current ? 'part' : 'bar';
      shapes.push(['rect', bar]);
    });
    plot.appendChild(svg(shapes));
    if (peak >= 0 && series.today[peak] > 0) {
      plot.appendChild(label(peak + ' 时　' + f.count(series.today[peak]),
        ((peak + 0.5) / 24) * 100, (y(Math.max(series.today[peak], series.yesterday[peak] || 0)) / H) * 100, 'pk'));
    }
    const now = series.today[current];
    if (f.known(now) && current - peak > 2) {
      const height = Math.max(now, series.yesterday[current] || 0);
      plot.appendChild(label('本时　' + f.count(now), ((current + 0.5) / 24) * 100,
        (y(height) / H) * 100, 'pk'));
    }
  }

  const dayName = (day) => Number(day.slice(0, 2)) + '月' + Number(day.slice(3)) + '日';

  /** 取整的折线范围；折线可截断，范围写在图例。 */
  function range(values) {
    const known = values.filter(f.known);
    if (!known.length) return [0, 1];
    let low = Math.min.apply(null, known);
    let high = Math.max.apply(null, known);
    const unit = Math.pow(10, Math.max(0, Math.floor(Math.log10(Math.max(1, high - low)))));
    const grain = unit / 2 >= 1 ? unit / 2 : 1;
    low = Math.max(0, Math.floor((low - (high - low) * 0.08) / grain) * grain);
    high = Math.ceil((high + (high - low) * 0.04) / grain) * grain;
    return [low, Math.max(high, low + 1)];
  }

  function line(values, x, y) {
    let d = '';
    let lifted = true;
    values.forEach((n, i) => {
      if (!f.known(n)) { lifted = true; return; }
      d += (lifted ? 'M' : 'L') + x(i).toFixed(1) + ' ' + y(n).toFixed(1);
      lifted = false;
    });
    return d;
  }

  function days(el, frame) {
    const series = frame.s.days30 || { days: [], reported: [], closed: [] };
    const last = Math.max(1, series.days.length - 1);
    const span = range(series.reported.concat(series.closed));
    const x = (i) => (i / last) * W;
    const y = (n) => H - ((n - span[0]) / (span[1] - span[0])) * H;
    const at = [0, Math.round(last / 2), last];
    const ticks = series.days.length < 3 ? [] : at.map((i) =>
      [dayName(series.days[i]), (i / last) * 100, i === 0 ? 'first' : i === last ? 'last' : '']);
    const plot = stage(el, ticks);
    const reported = line(series.reported, x, y);
    plot.appendChild(svg([
      ['path', { d: reported ? reported + 'L' + W + ' ' + H + 'L0 ' + H + 'Z' : '', class: 'wash' }],
      ['path', { d: line(series.closed, x, y), class: 'was' }],
      ['path', { d: reported, class: 'now' }],
    ]));
    const note = el.closest('.tile').querySelector('[data-range]');
    app.setText(note, series.days.length ? f.count(span[0]) + '–' + f.count(span[1]) : '');
  }

  /** 在办构成：超期、即将到期、挂账、其余。 */
  function backlog(el, frame) {
    const value = (name) => (frame.m['open.cases.' + name] || app.ABSENT).v || 0;
    const parts = [['overdue', value('overdue')], ['soon', value('due_soon')],
      ['held', value('suspended')]];
    const rest = value('open') - parts.reduce((sum, part) => sum + part[1], 0);
    parts.push(['rest', Math.max(0, rest)]);
    const bars = app.pool(el, parts.length, () => app.make('i'));
    parts.forEach((part, i) => {
      bars[i].className = part[0];
      bars[i].style.flexGrow = part[1];
      app.setClass(bars[i], 'gone', !part[1]);
    });
  }

  Object.assign(app.painters, { hours, days, backlog });
})((window.cityops = window.cityops || {}));
