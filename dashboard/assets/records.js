/* 平台的表：中断记录、工单、屏幕、人工更正。进行中的走秒，时钟是服务器的。 */
(function (app) {
  'use strict';

  const f = app.format;
  const { make, glyph, pool, setText, setClass, empty, capacity, fit } = app;
  const ROW_REM = 2;
  const KINDS = { d: '劣化', x: '中断', m: '计划维护', k: '未知' };

  /** 时间：今天写钟点，今年写月日，往年写年月。 */
  function when(at, now) {
    return app.zone.date(at) === app.zone.date(now) && now - at < 86400000 ? app.zone.minute(at) : app.zone.day(at);
  }

  /** 还没有来过数据的表写“无数据”，不写“没有”。 */
  function rowsOf(el, frame, rows, names, word) {
    const heard = app.hasValue(frame.m['year.platform.outages'] || app.ABSENT);
    if (empty(el, !rows.length, heard && word)) return null;
    const shown = rows.slice(0, capacity(el, ROW_REM, rows.length));
    const lines = pool(el, shown.length, () => {
      const line = make('div', 'r');
      names.forEach((name) => line.appendChild(make('span', name)));
      return line;
    });
    return { shown, lines };
  }

  function marked(el, color, name, text) {
    if (el.dataset.mark !== color + name) {
      el.dataset.mark = color + name;
      el.className = 'when ' + color;
      el.textContent = '';
      if (name) el.appendChild(glyph(name));
      el.appendChild(make('span'));
    }
    setText(el.lastElementChild, text);
  }

  function outages(el, frame) {
    const all = frame.t['platform.outages'];
    const got = rowsOf(el, frame, all || [], ['when', 'name', 'what mut', 'value'], all && '本年没有中断');
    if (!got) return;
    const now = app.now();
    got.shown.forEach((row, i) => {
      const cells = got.lines[i].children;
      const open = !f.known(row.to);
      const worst = row.state === 'x' ? ['bad', 'cross'] : ['warn', 'warn'];
      if (open) marked(cells[0], row.planned ? 'plan' : worst[0], row.planned ? 'plan' : worst[1], '进行中');
      else marked(cells[0], 'mut', '', when(row.from, now));
      setText(cells[1], row.name);
      const fixed = row.corrected ? '　已更正' : '';
      setText(cells[2], (KINDS[row.state] || '') + (row.cause ? '　' + row.cause : '') + fixed);
      setClass(cells[2], 'fixed', Boolean(row.corrected));
      setText(cells[3], open ? f.span(now - row.from) : f.lasting((row.to - row.from) / 1000));
      got.lines[i].title = row.corrected ? row.corrected.by_role + '：' + row.corrected.why : '';
    });
    fit(el, got.lines, got.shown.length);
  }

  const STAGES = { open: '待响应', responded: '处理中', restored: '已恢复', closed: '已关闭' };

  function tickets(el, frame) {
    const all = frame.t['platform.tickets'];
    const got = rowsOf(el, frame, all || [], ['when', 'name', 'what mut', 'value'], all && '没有工单');
    if (!got) return;
    const now = app.now();
    got.shown.forEach((row, i) => {
      const cells = got.lines[i].children;
      const left = row.due_at - now;
      const late = row.on_time === false || (row.on_time === null && left < 0);
      if (late) marked(cells[0], 'bad', 'cross', '超时');
      else if (row.on_time) marked(cells[0], 'good', 'check', '及时');
      else marked(cells[0], 'mut', 'clock', '在限内');
      setText(cells[1], row.name);
      setText(cells[2], STAGES[row.state] || '');
      setText(cells[3], row.state === 'closed' || row.state === 'restored' ? when(row.opened_at, now)
        : (left < 0 ? '过 ' : '余 ') + f.lasting(Math.abs(left) / 1000));
    });
    fit(el, got.lines, got.shown.length);
  }

  const SCREENS = {
    live: ['live', 'dot', '在线'],
    late: ['late', 'clock', '迟滞'],
    offline: ['off', 'cross', '离线'],
    nodata: ['nod', 'dash', '未接入'],
  };

  function screens(el, frame) {
    const all = frame.t['platform.screens'];
    const got = rowsOf(el, frame, all || [], ['state', 'name', 'value'], all && '没有登记屏幕');
    if (!got) return;
    const now = app.now();
    got.shown.forEach((row, i) => {
      const cells = got.lines[i].children;
      const stuck = row.painting === false && row.state === 'live';
      const look = stuck ? ['warn', 'warn', '画面停住'] : SCREENS[row.state] || SCREENS.nodata;
      if (cells[0].dataset.look !== look[2]) {
        cells[0].dataset.look = look[2];
        cells[0].className = 'st ' + look[0];
        cells[0].textContent = '';
        cells[0].appendChild(glyph(look[1]));
        cells[0].appendChild(make('span', '', look[2]));
      }
      setText(cells[1], row.name);
      setText(cells[2], f.known(row.last_at) ? f.span(Math.max(1000, now - row.last_at)) + '前' : f.NO_VALUE);
    });
    fit(el, got.lines, got.shown.length);
  }

  function corrections(el, frame) {
    const all = frame.t['platform.corrections'];
    const got = rowsOf(el, frame, all || [], ['when mut', 'what', 'mut'], all && '没有人工更正');
    if (!got) return;
    const now = app.now();
    got.shown.forEach((row, i) => {
      const cells = got.lines[i].children;
      setText(cells[0], when(row.at, now));
      setText(cells[1], row.what);
      setText(cells[2], row.by_role + '：' + row.why);
    });
    fit(el, got.lines, got.shown.length);
  }

  Object.assign(app.painters, { outages, tickets, screens, corrections });
})((window.cityops = window.cityops || {}));
