/* 折线与柱：内联 SVG，只在数据变化时重画；字放在 SVG 外，不随图拉伸。 */
(function (app) {
  'use strict';

  const f = app.format;
  const NS = 'http://www.w3.org/2000/svg';
  const W = 2400;
  const H = 1000;
  const HEADROOM = 1.16;
  const AXIS_REM = 1.625;
  const TALL_REM = 9;
  const LABEL_REM = 2.1; // 一行标注连同它与图之间的空
  const APART = 0.4; // 两个标注之间至少空这么多字

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
    const letter = parseFloat(getComputedStyle(plot).fontSize) / ((plot.clientWidth || 1) / 24); // 一个字占几个钟点
    const taken = [];
    const mark = (hour, text) => { // 与已有的标注相碰就不写
      const wide = widthOf(text) * letter;
      const from = Math.max(0, Math.min(24 - wide, hour + 0.5 - wide / 2));
      const apart = APART * letter;
      if (taken.some((other) => from < other[1] + apart && other[0] < from + wide + apart)) return;
      taken.push([from, from + wide]);
      plot.appendChild(label(text, (from / 24) * 100, (y(skyline(series, from, from + wide)) / H) * 100, 'pk start'));
    };
    if (peak >= 0 && series.today[peak] > 0) {
      mark(peak, peak + ' 时　' + f.count(series.today[peak]));
    }
    if (f.known(series.today[current])) mark(current, '本时　' + f.count(series.today[current]));
  }

  const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

  /** 约几个字宽：数字与空格窄，汉字宽。 */
  const widthOf = (text) => Array.from(text).reduce((sum, c) => sum + (c < '\u0100' ? 0.56 : 1), 0);

  /** 标注横跨的钟点里最高的柱或线：字不压图。 */
  function skyline(series, from, to) {
    const across = (values) => values.slice(Math.floor(from), Math.ceil(to));
    const near = across(series.today).concat(across(series.yesterday));
    return Math.max.apply(null, near.filter(f.known).concat(0));
  }

  const dayName = (day) => Number(day.slice(0, 2)) + '月' + Number(day.slice(3)) + '日';

  /** 取整的折线范围；折线可截断，范围写在图例。`head`：顶上留给标注的份额。 */
  function range(values, head) {
    const known = values.filter(f.known);
    if (!known.length) return [0, 1];
    let low = Math.min.apply(null, known);
    let high = Math.max.apply(null, known);
    const unit = Math.pow(10, Math.max(0, Math.floor(Math.log10(Math.max(1, high - low)))));
    const grain = unit / 2 >= 1 ? unit / 2 : 1;
    low = Math.max(0, Math.floor((low - (high - low) * 0.08) / grain) * grain);
    high = Math.ceil((high + (high - low) * Math.max(0.06, head / (1 - head))) / grain) * grain;
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

  /** 今日没有走完，不与整日相比。 */
  function wholeDays(series) {
    const today = app.zone.monthDay(app.now());
    const until = series.days[series.days.length - 1] === today ? -1 : undefined;
    const cut = (values) => values.slice(0, until);
    return { days: cut(series.days), reported: cut(series.reported), closed: cut(series.closed) };
  }

  function days(el, frame) {
    const series = wholeDays(frame.s.days30 || { days: [], reported: [], closed: [] });
    const last = Math.max(1, series.days.length - 1);
    const room = el.clientHeight / rem() - AXIS_REM;
    const annotated = room > TALL_REM;
    const span = range(series.reported.concat(series.closed), annotated ? LABEL_REM / room : 0);
    const x = (i) => (i / last) * W;
    const y = (n) => H - ((n - span[0]) / (span[1] - span[0])) * H;
    if (app.empty(el, !series.reported.concat(series.closed).some(f.known))) return;
    const ticks = [[dayName(series.days[0]), 0, 'first'],
      ['纵轴 ' + f.count(span[0]) + '–' + f.count(span[1]), 50],
      [dayName(series.days[series.days.length - 1]), 100, 'last']];
    const plot = stage(el, ticks);
    const reported = line(series.reported, x, y);
    plot.appendChild(svg([
      ['path', { d: reported ? reported + 'L' + W + ' ' + H + 'L0 ' + H + 'Z' : '', class: 'wash' }],
      ['path', { d: line(series.closed, x, y), class: 'was' }],
      ['path', { d: reported, class: 'now' }],
    ]));
    if (annotated && reported) annotate(plot, series, x, y);
  }

  /** 高图直接标注：上报的峰值与最近一日。 */
  function annotate(plot, series, x, y) {
    const last = series.reported.length - 1;
    const peak = series.reported.reduce((best, n, i) => (n > series.reported[best] ? i : best), 0);
    const side = (i) => (i < last * 0.2 ? 'pk start' : i > last * 0.8 ? 'pk end' : 'pk');
    const above = (i) => Math.max.apply(null, series.reported.slice(Math.max(0, i - 4), i + 5)
      .concat(series.closed.slice(Math.max(0, i - 4), i + 5)).filter(f.known));
    const mark = (i, text) => plot.appendChild(
      label(text, (x(i) / W) * 100, (y(above(i)) / H) * 100, side(i)));
    mark(peak, dayName(series.days[peak]) + '　' + f.count(series.reported[peak]));
    if (f.known(series.reported[last]) && last - peak > last * 0.4) {
      mark(last, f.count(series.reported[last]));
    }
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

  app.charts = { svg, label, stage, rem };
  Object.assign(app.painters, { hours, days, backlog });
})((window.cityops = window.cityops || {}));
