/* 热线的图：逐刻钟呼入、各刻钟接通率对目标、15 秒接通率的走势。 */
(function (app) {
  'use strict';

  const f = app.format;
  const { make, empty, ABSENT } = app;
  const W = 2400;
  const H = 1000;
  const QUARTER_MS = 900000;
  const HEADROOM = 1.22;
  const RECENT = 26; // 走势图看最近 26 个刻钟
  const LABEL_REM = 16;

  /** 今日零点：帧的截至减去已过的刻钟，取整到分。 */
  function dayStart(frame, series) {
    return Math.round((frame.as_of - series.now_q * QUARTER_MS) / 60000) * 60000;
  }

  const clockAt = (start, q) => (q === 0 ? '0:00' : app.zone.minute(start + q * QUARTER_MS));

  function ticks(n) {
    const hours = n / 4;
    const found = [];
    for (let h = 0; h <= hours; h += 3) {
      const side = h === 0 ? 'first' : h === hours ? 'last' : h % 6 ? 'minor' : '';
      found.push([h === 0 ? '0 时' : String(h), (h / hours) * 100, side]);
    }
    return found;
  }

  const biggest = (values) => Math.max(1, Math.max.apply(null, values.filter(f.known).concat(0)));

  /** 一柱三段：应答、放弃、其余（未了与溢出）；未走完的刻钟用次色。 */
  function bars(series, before, y) {
    const step = W / series.n;
    const current = Math.floor(series.now_q);
    const shapes = [];
    series.offered.forEach((all, q) => {
      if (!f.known(all)) return;
      const answered = series.answered[q] || 0;
      const lost = series.abandoned[q] || 0;
      const x = (q * step + step * 0.1).toFixed(1);
      const piece = (from, to, className) => {
        if (to <= from) return;
        shapes.push(['rect', { x, width: (step * 0.8).toFixed(1), y: y(to).toFixed(1),
          height: (y(from) - y(to)).toFixed(1), class: className }]);
      };
      piece(0, answered, q === current ? 'part' : 'bar');
      piece(answered, answered + lost, 'lost');
      piece(answered + lost, all, 'rest');
    });
    if (before.some(f.known)) {
      let d = '';
      before.forEach((n, q) => {
        d += (q ? 'L' : 'M') + ((q + 0.5) * step).toFixed(1) + ' ' + y(n || 0).toFixed(1);
      });
      shapes.push(['path', { d, class: 'was' }]);
    }
    return shapes;
  }

  function quarters(el, frame) {
    const series = frame.s['calls.quarters'];
    if (empty(el, !series || !series.offered.some(f.known))) return;
    const before = (frame.s['calls.yesterday'] || { offered: [] }).offered;
    const high = biggest(series.offered.concat(before)) * HEADROOM;
    const y = (n) => H - (n / high) * H;
    const plot = app.charts.stage(el, ticks(series.n));
    plot.appendChild(app.charts.svg(bars(series, before, y)));
    annotate(plot, frame, series, before, y);
    el.insertBefore(againstTarget(frame, series), el.lastElementChild);
  }

  /** 最近走完的刻钟；离得够远时另标峰值。 */
  function annotate(plot, frame, series, before, y) {
    const start = dayStart(frame, series);
    const last = Math.floor(series.now_q) - 1;
    if (last < 0 || !f.known(series.offered[last])) return;
    const wide = plot.clientWidth || 1;
    const reach = Math.ceil(((LABEL_REM * app.charts.rem()) / 2 / wide) * series.n);
    const write = (q, text) => {
      const near = (list, from) => list.slice(from, from + 2 * reach + 1).filter(f.known);
      const choices = [['pk', q - reach, q + 0.5], ['pk end', q - 2 * reach, q + 1],
        ['pk start', q, q]].filter((one) => one[1] >= 0 && one[1] + 2 * reach < series.n);
      if (!choices.length) choices.push(['pk start', 0, 0]);
      const height = (one) => biggest(near(series.offered, one[1]).concat(near(before, one[1])));
      const best = choices.reduce((a, b) => (height(b) < height(a) ? b : a)); // 字靠低处一侧，贴近柱
      plot.appendChild(app.charts.label(text, (best[2] / series.n) * 100, (y(height(best)) / H) * 100,
        best[0]));
    };
    const said = (q) => clockAt(start, q) + '–' + clockAt(start, q + 1) + '　' + f.count(series.offered[q])
      + ' 呼入' + (series.abandoned[q] ? '　' + f.count(series.abandoned[q]) + ' 放弃' : '');
    write(last, said(last));
    const peak = series.offered.slice(0, last).reduce(
      (best, n, q, all) => (f.known(n) && n > (all[best] || 0) ? q : best), 0);
    if (last - peak > 2 * reach && series.offered[peak] > 0) {
      write(peak, clockAt(start, peak) + '　' + f.count(series.offered[peak]) + ' 呼入');
    }
  }

  /** 各刻钟接通率离目标多远：目标是中线，高者向上，低者向下并换琥珀色。 */
  function againstTarget(frame, series) {
    const box = make('div', 'margin-row');
    const target = (frame.m['today.calls.connect_rate'] || ABSENT).tgt;
    if (!f.known(target)) { box.className = 'margin-row gone'; return box; }
    const line = Math.round(target * 1000);
    const step = W / series.n;
    const whole = series.connect.slice(0, Math.floor(series.now_q)); // 当前刻钟还有人在等，不与目标相比
    const low = Math.min.apply(null, whole.filter(f.known).concat(line));
    const below = Math.max(line - low, (1000 - line) || 10);
    const above = Math.max(1000 - line, 1);
    const zero = (above / (above + below)) * H;
    const scale = H / (above + below);
    const shapes = [];
    whole.forEach((n, q) => {
      if (!f.known(n) || n === line) return;
      const tall = Math.abs(n - line) * scale;
      shapes.push(['rect', { x: (q * step + step * 0.1).toFixed(1), width: (step * 0.8).toFixed(1),
        y: (n > line ? zero - tall : zero).toFixed(1), height: tall.toFixed(1),
        class: n < line ? 'under' : 'over' }]);
    });
    shapes.push(['path', { d: 'M0 ' + zero.toFixed(1) + 'H' + W, class: 'aim' }]);
    const short = whole.filter((n) => f.known(n) && n < line).length;
    const head = box.appendChild(make('div', 'row mut'));
    head.appendChild(make('span', '', '各刻钟接通率对目标 ' + f.percent(target, 2)));
    const told = head.appendChild(make('span', short ? 'warn' : 'mut'));
    if (short) told.appendChild(app.glyph('warn'));
    told.appendChild(make('span', '', short ? ' ' + short + ' 个刻钟低于目标，最低 '
      + f.percent(low / 1000, 1) : '没有低于目标的刻钟'));
    const plot = box.appendChild(make('div', 'plot'));
    plot.appendChild(app.charts.svg(shapes));
    return box;
  }

  /** 15 秒接通率最近的走势；虚线是目标。 */
  function service(el, frame) {
    const series = frame.s['calls.quarters'];
    const aim = (frame.m['today.calls.service_level_15s'] || ABSENT).tgt;
    const until = series ? series.service.length - (f.known(series.service[series.service.length - 1]) ? 0 : 1) : 0;
    const from = Math.max(0, until - RECENT);
    const shown = series ? series.service.slice(from, until) : [];
    if (empty(el, !shown.some(f.known))) return;
    const low = Math.min.apply(null, shown.filter(f.known).concat(f.known(aim) ? aim * 1000 : 1000));
    const floor = Math.max(0, Math.min(950, low - (1000 - low) * 0.15)); // 至少 5 个百分点高
    const x = (i) => (i / Math.max(1, shown.length - 1)) * W;
    const y = (n) => H - ((n - floor) / (1000 - floor || 1)) * H;
    const start = dayStart(frame, series);
    const plot = app.charts.stage(el, [[clockAt(start, from), 0, 'first'],
      [f.known(aim) ? '虚线 ' + f.percent(aim, 2) : '', 50], [clockAt(start, until), 100, 'last']]);
    let d = '';
    let lifted = true;
    shown.forEach((n, i) => {
      if (!f.known(n)) { lifted = true; return; }
      d += (lifted ? 'M' : 'L') + x(i).toFixed(1) + ' ' + y(n).toFixed(1);
      lifted = false;
    });
    const shapes = [['path', { d, class: 'now' }]];
    if (f.known(aim)) shapes.push(['path', { d: 'M0 ' + y(aim * 1000).toFixed(1) + 'H' + W, class: 'aim' }]);
    plot.appendChild(app.charts.svg(shapes));
  }

  Object.assign(app.painters, { quarters, service });
})((window.cityops = window.cityops || {}));
