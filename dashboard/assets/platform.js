/* 平台：正常运行天数、故障率的分子分母、可用率上下界、维护；写法，不算率。 */
(function (app) {
  'use strict';

  const f = app.format;
  const { make, pool, setText, setClass, hasValue, ABSENT } = app;
  const YEAR = 'year.platform.';
  const LOWER = YEAR + 'availability@lower';
  const UPPER = YEAR + 'availability@upper';

  const cellOf = (frame, key) => frame.m[key] || ABSENT;
  const aboutOf = (frame) => frame.s['platform.about'] || {};

  function bar(el) {
    if (el.children.length === 2) return el.children;
    el.textContent = '';
    el.appendChild(make('i'));
    el.appendChild(make('u'));
    return el.children;
  }

  /** 全年为满格；竖线是今日。 */
  function yearBar(el, frame) {
    const cell = cellOf(frame, YEAR + 'normal_days');
    const calendar = frame.s['platform.calendar'];
    const whole = calendar ? calendar.days.length : 365;
    const [fill, today] = bar(el);
    const known = hasValue(cell) && f.known(cell.d);
    fill.style.width = known ? app.clamp((cell.v / whole) * 100) + '%' : '0';
    today.style.left = known ? app.clamp((cell.d / whole) * 100) + '%' : '0';
    setClass(el, 'bare', !known);
  }

  function yearTarget(el, frame) {
    const cell = cellOf(frame, YEAR + 'normal_days');
    setText(el, f.known(cell.tgt) ? '年目标 ' + f.count(cell.tgt) + ' 天' : '未设目标');
  }

  function yearReach(el, frame) {
    const cell = cellOf(frame, YEAR + 'normal_days');
    setText(el, f.known(cell.tot) ? '可达上限 ' + f.count(cell.tot) + ' 天' : '');
  }

  /** 已失几天（字形加词）、待核几天。 */
  function lostDays(el, frame) {
    const lost = cellOf(frame, YEAR + 'lost_days');
    const pending = cellOf(frame, YEAR + 'pending_days');
    const days = cellOf(frame, YEAR + 'normal_days');
    const parts = pool(el, 2, () => make('span'));
    if (!hasValue(lost)) app.verdict(parts[0], ['nod', 'dash', '无数据']);
    else if (lost.v) {
      const color = days.ok === 'bad' ? 'bad' : 'warn';
      app.verdict(parts[0], [color, color === 'bad' ? 'cross' : 'warn', '本年已失 ' + f.count(lost.v) + ' 天']);
    } else app.verdict(parts[0], ['good', 'check', '本年一天未失']);
    parts[1].className = 'mut';
    setText(parts[1], pending.v ? '待核 ' + f.count(pending.v) + ' 天' : '');
  }

  const minutes = (seconds) => (f.known(seconds) ? f.count(Math.round(seconds / 60)) : f.NO_VALUE);

  function faultParts(el, frame) {
    const cell = cellOf(frame, YEAR + 'fault_rate');
    if (cell === ABSENT) return setText(el, f.NO_VALUE);
    if (aboutOf(frame).fault_by === 'count') {
      return setText(el, f.count(cell.n) + ' 次' + (el.dataset.brief ? '' : ' / ' + f.count(cell.d) + ' 天'));
    }
    return setText(el, minutes(cell.n) + (el.dataset.brief ? '' : ' / ' + minutes(cell.d)) + ' 分钟');
  }

  function platformRule(el, frame) {
    const about = aboutOf(frame);
    if (el.dataset.rule === 'fault_rate') { // 全文在口径卡里
      return setText(el, about.fault_by === 'count' ? '按次数' : about.fault_by ? '按时长' : '');
    }
    return setText(el, about.normal_day ? '正常日：' + about.normal_day : '');
  }

  const percent3 = (share) => (share * 100).toFixed(3);

  /** 有未知时段：下界–上界；没有：一个数。 */
  function upperBound(el, frame) {
    const [low, high] = [cellOf(frame, LOWER), cellOf(frame, UPPER)];
    if (!el.firstElementChild) {
      el.appendChild(make('span'));
      el.appendChild(make('small', '', '%'));
    }
    const both = hasValue(low) && hasValue(high) && percent3(low.v) !== percent3(high.v);
    setText(el.firstElementChild, both ? '–' + percent3(high.v) : '');
    setClass(el.parentNode, 'two', both);
  }

  function scale(frame) {
    const [low, high] = [cellOf(frame, LOWER), cellOf(frame, UPPER)];
    if (!hasValue(low) || !hasValue(high)) return null;
    const room = Math.max(1 - low.v, f.known(low.tgt) ? 1 - low.tgt : 0, 0.0001) * 1.1;
    const step = Math.pow(10, Math.ceil(Math.log10(room)));
    const wide = room <= step / 5 ? step / 5 : room <= step / 2 ? step / 2 : step;
    const floor = Math.max(0, 1 - wide);
    return { floor, at: (v) => ((v - floor) / (1 - floor)) * 100, low, high };
  }

  function boundsBar(el, frame) {
    const found = scale(frame);
    const [fill, aim] = bar(el);
    fill.style.left = found ? app.clamp(found.low.v < found.high.v ? found.at(found.low.v) : 0) + '%' : '0';
    fill.style.width = found ? app.clamp(found.low.v < found.high.v
      ? Math.max(0.6, found.at(found.high.v) - found.at(found.low.v)) : found.at(found.high.v)) + '%' : '0';
    const aimed = Boolean(found) && f.known(found.low.tgt);
    aim.style.left = aimed ? app.clamp(found.at(found.low.tgt)) + '%' : '0';
    setClass(el, 'bare', !aimed);
  }

  function boundsScale(el, frame) {
    const found = scale(frame);
    setText(el, found ? '刻度 ' + f.percent(found.floor, 3).replace(f.THIN + '%', '') + '–100' : '');
  }

  /** 下界达标即达标；上界也不达标才是未达标；之间是待核。 */
  function boundsVerdict(el, frame) {
    const [low, high] = [cellOf(frame, LOWER), cellOf(frame, UPPER)];
    if (!hasValue(low) || !hasValue(high) || !f.known(low.tgt)) {
      return app.verdict(el, app.verdictOf(low));
    }
    if (low.ok === 'good') return app.verdict(el, ['good', 'check', low.v < high.v ? '下界达标' : '达标']);
    if (high.ok !== 'good') return app.verdict(el, ['bad', 'cross', '未达标']);
    return app.verdict(el, ['warn', 'warn', '待核：未知时段决定']);
  }

  function unknownTime(el, frame) {
    const [unknown, upkeep] = ['unknown_s', 'maintenance_s'].map((name) => cellOf(frame, YEAR + name));
    if (!hasValue(unknown)) return setText(el, f.NO_VALUE);
    const kept = upkeep.v ? '　维护 ' + f.lasting(upkeep.v) : '';
    return setText(el, (unknown.v ? '未知 ' + f.lasting(unknown.v) : '没有未知时段') + kept);
  }

  function lastOutage(el, frame) {
    const about = aboutOf(frame);
    if (!hasValue(cellOf(frame, YEAR + 'outages'))) return setText(el, f.NO_VALUE);
    return setText(el, f.known(about.last_outage_at)
      ? f.lasting((app.now() - about.last_outage_at) / 1000) : '从未');
  }

  /** 组件一行：全部正常，或有几个不正常。 */
  function componentsUp(el, frame) {
    const cell = cellOf(frame, 'now.platform.components_up');
    if (!hasValue(cell)) return app.verdict(el, ['nod', 'dash', '组件']);
    return app.verdict(el, cell.v < cell.tot ? ['warn', 'warn', '组件'] : ['good', 'check', '组件']);
  }

  function platformWarning(el, frame) {
    const text = aboutOf(frame).warning;
    setClass(el, 'gone', !text);
    if (!el.firstElementChild) {
      el.appendChild(app.glyph('warn'));
      el.appendChild(make('span'));
    }
    setText(el.lastElementChild, text || '');
  }

  Object.assign(app.painters, { yearBar, yearTarget, yearReach, lostDays, faultParts, platformRule,
    upperBound, boundsBar, boundsScale, boundsVerdict, unknownTime, lastOutage, componentsUp,
    platformWarning });
})((window.cityops = window.cityops || {}));
