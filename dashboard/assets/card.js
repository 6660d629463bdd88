/* 口径卡：点任一数字——公式、分子分母及其值、时间范围、截至、来源系统、口径与出处。 */
(function (app) {
  'use strict';

  const f = app.format;
  const OPEN_MS = 30000; // 墙上无人值守，自动收起
  const WINDOWS = { today: '今日', month: '本月', year: '本年', open: '截至此刻', now: '截至此刻',
    quarter: '最近一个走完的刻钟', alarms: '此刻' };

  function windowText(scope, now) {
    const day = app.zone.day(now);
    if (scope === 'today') return '今日 0:00–' + app.zone.minute(now);
    if (scope === 'month') return '本月 ' + day.replace(/月.*/, '月1日') + '–' + day;
    if (scope === 'year') return '本年 1月1日–' + day;
    return WINDOWS[scope] || scope;
  }

  /** 值的写法随单位：率、秒（平均数带一位小数，长的换成分钟、天）、件数。 */
  function written(cell, unit) {
    if (unit === '%') return f.rate(cell.v) + f.THIN + '%';
    if (unit === '秒') return f.known(cell.d) || cell.v > 120 ? f.lasting(cell.v) : f.count(cell.v) + ' 秒';
    return f.count(cell.v) + ' ' + (unit || '件');
  }

  /** 告警的卡：现值取自告警行。 */
  function alarmValue(rule, frame) {
    const row = (frame.t.alarms || []).find((one) => one.rule === rule);
    return (row && row.value) || f.NO_VALUE;
  }

  function rowsOf(key, frame, now) {
    const dot = key.indexOf('.');
    const scope = key.slice(0, dot);
    const definition = app.page.definitions[key.slice(dot + 1)] || app.page.definitions[key] || {};
    const cell = frame.m[key] || app.ABSENT;
    const rate = definition.unit === '%';
    const sources = (frame.sources || []).map((source) => source.name).join('、');
    const ranking = scope === 'ranking' ? app.rankingCard(key, frame) : null;
    const value = ranking ? ranking.value : scope === 'alarms' ? alarmValue(key.slice(dot + 1), frame)
      : app.hasValue(cell) ? written(cell, definition.unit) : f.NO_VALUE;
    const rows = [
      ['口径', definition.text],
      ['分子', rate && definition.numerator ? f.count(cell.n) + '　' + definition.numerator : ''],
      ['分母', rate && definition.denominator ? f.count(cell.d) + '　' + definition.denominator : ''],
      ['时间范围', ranking ? ranking.window : windowText(scope, now)],
      ['归属', scope === 'open' || scope === 'now' ? '' : definition.attribution],
      ['比较基准', f.known(cell.cmp) ? basis(scope) + '　' + (rate ? f.rate(cell.cmp) + f.THIN + '%'
        : f.count(cell.cmp)) : ''],
      ['目标', f.known(cell.tgt) ? (cell.op === '<=' ? '≤ ' : '≥ ') + f.percent(cell.tgt, 2) : ''],
      ['数据截至', app.zone.date(frame.as_of) + ' ' + app.zone.time(frame.as_of)],
      ['来源系统', sources],
      ['口径出处', [definition.source, definition.variant].filter(Boolean).join('　口径代号 ')],
      ['说明', definition.note],
    ];
    return { name: definition.name || key, value, rows: rows.filter((row) => row[1]) };
  }

  const basis = (scope) => (scope === 'today' ? '昨日同时' : scope === 'month' ? '上月同期' : '上期');

  function createCard(el, getFrame) {
    let key = null;
    let closes = 0;

    function fill() {
      const frame = getFrame();
      if (!frame || key === null) return;
      const told = rowsOf(key, frame, app.now());
      el.textContent = '';
      const head = el.appendChild(app.make('header'));
      head.appendChild(app.make('h2', '', told.name));
      head.appendChild(app.make('b', 'hero h4', told.value));
      const list = el.appendChild(app.make('dl'));
      told.rows.forEach((row) => {
        list.appendChild(app.make('dt', '', row[0]));
        list.appendChild(app.make('dd', '', row[1]));
      });
    }

    function close() {
      key = null;
      clearTimeout(closes);
      el.classList.remove('open');
      el.setAttribute('aria-hidden', 'true');
    }

    function open(measure) {
      key = measure;
      fill();
      el.classList.add('open');
      el.setAttribute('aria-hidden', 'false');
      clearTimeout(closes);
      closes = setTimeout(close, OPEN_MS);
    }

    function toggle(event) {
      const figure = event.target.closest('[data-card],[data-measure][data-part]');
      if (figure && !el.contains(figure)) {
        const measure = figure.dataset.card || figure.dataset.measure;
        return measure === key ? close() : open(measure);
      }
      return el.contains(event.target) ? undefined : close();
    }

    document.addEventListener('click', toggle);
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') close();
      else if ((event.key === 'Enter' || event.key === ' ') && event.target.closest('[data-card]')) {
        event.preventDefault();
        toggle(event);
      }
    });
    return { refresh: fill, close };
  }

  app.createCard = createCard;
})((window.cityops = window.cityops || {}));
