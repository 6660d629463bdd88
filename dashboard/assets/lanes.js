/* 组件泳道：近 24 小时与近 90 天，各自一条；状态靠形状也分得清。 */
(function (app) {
  'use strict';

  const f = app.format;
  const { make, glyph, pool, setText, setClass, empty } = app;
  const ROW_REM = 1.75;
  const HOUR_MS = 3600000;
  const WORDS = {
    u: ['live', 'dot', '正常'],
    d: ['warn', 'warn', '劣化'],
    x: ['bad', 'cross', '中断'],
    m: ['plan', 'plan', '维护'],
    k: ['nod', 'dash', '未知'],
  };
  const RUN = /([udxmk.])(\d+)/g;

  /** 游程 → 段：`u280d3u5`。 */
  function lane(el, runs) {
    if (el.dataset.runs === runs) return;
    el.dataset.runs = runs;
    const found = [];
    runs.replace(RUN, (_all, state, length) => found.push([state, length]));
    const pieces = pool(el, found.length, () => make('i'));
    found.forEach(([state, length], i) => {
      pieces[i].className = state === '.' ? 'none' : state;
      pieces[i].style.flexGrow = length;
    });
  }

  /** 放不下时先收起一切正常的非关键组件。 */
  function chosen(rows, room) {
    if (rows.length <= room) return rows;
    const rank = (row) => (row.state === 'u' ? 2 : 0) + (row.vital ? 0 : 1);
    const kept = rows.slice().sort((a, b) => rank(a) - rank(b)).slice(0, Math.max(1, room - 1));
    return rows.filter((row) => kept.indexOf(row) >= 0);
  }

  function stateText(row, now) {
    const words = WORDS[row.state] || WORDS.k;
    const age = f.known(row.seen_at) ? Math.max(0, now - row.seen_at) : null;
    if (row.state === 'u') {
      return words[2] + (age === null ? '' : ' ' + f.span(Math.max(1000, age)));
    }
    return words[2] + ' ' + f.span(Math.max(1000, now - row.since));
  }

  function lanes(el, frame) {
    const all = frame.t['platform.components'] || [];
    if (empty(el, !all.length, frame.t['platform.components'] && '未配置组件')) return;
    const about = frame.s['platform.lanes'] || {};
    const byId = {};
    (frame.t['platform.lanes'] || []).forEach((row) => { byId[row.id] = row; });
    if (!el.firstElementChild) ['rows', 'lane-axis'].forEach((c) => el.appendChild(make('div', c)));
    const box = el.firstElementChild;
    const longest = Math.max.apply(null, all.map((row) => row.name.length));
    el.style.setProperty('--letters', String(Math.min(20, longest) + 4.5));
    const shown = chosen(all, app.capacity(box, ROW_REM, all.length));
    const rows = pool(box, shown.length, makeRow);
    const now = app.now();
    shown.forEach((row, i) => {
      const cells = rows[i].children;
      setText(cells[0].firstElementChild, row.name);
      setText(cells[0].lastElementChild, f.known(row.total) ? f.count(row.up) + ' / ' + f.count(row.total)
        : row.vital ? '关键' : '');
      const told = byId[row.id] || { h24: '', d90: '' };
      lane(cells[1], told.h24);
      lane(cells[2], told.d90);
      const words = WORDS[row.state] || WORDS.k;
      if (cells[3].dataset.state !== row.state) {
        cells[3].dataset.state = row.state;
        cells[3].className = 'st ' + words[0];
        cells[3].textContent = '';
        cells[3].appendChild(glyph(words[1]));
        cells[3].appendChild(make('span'));
      }
      setText(cells[3].lastElementChild, stateText(row, now));
    });
    axis(el.lastElementChild, about, all.length - shown.length);
  }

  function makeRow() {
    const row = make('div', 'lane-row');
    const name = row.appendChild(make('span', 'name'));
    name.appendChild(make('span'));
    name.appendChild(make('small', 'dim'));
    row.appendChild(make('div', 'lane'));
    row.appendChild(make('div', 'lane'));
    row.appendChild(make('span'));
    return row;
  }

  /** 24 小时的整点（每六小时），90 天的两端。 */
  function axis(el, about, hidden) {
    if (!el.firstElementChild) {
      ['name', 'ax', 'ax', 'rest dim'].forEach((c) => el.appendChild(make('div', c)));
    }
    const [, day, quarter, rest] = el.children;
    setText(rest, hidden > 0 ? '另 ' + hidden + ' 个正常' : '');
    if (!f.known(about.to)) return;
    const from = about.to - 24 * HOUR_MS;
    const marks = [];
    for (let h = 0; h <= 24; h += 1) {
      const at = from + h * HOUR_MS - ((from + h * HOUR_MS) % HOUR_MS);
      const share = (at - from) / (24 * HOUR_MS);
      const hour = app.zone.hour(at);
      if (share >= 0.01 && share <= 0.97 && hour % 6 === 0) marks.push([hour + ' 时', share]);
    }
    const ticks = pool(day, marks.length, () => make('span'));
    marks.forEach(([text, share], i) => {
      setText(ticks[i], text);
      ticks[i].style.left = (share * 100).toFixed(2) + '%';
      ticks[i].className = share < 0.06 ? 'first' : share > 0.94 ? 'last' : '';
    });
    const ends = pool(quarter, 2, (i) => make('span', i ? 'last' : 'first'));
    ends[0].style.left = '0';
    ends[1].style.left = '100%';
    setText(ends[0], app.zone.day(about.to - (about.days - 1) * 24 * HOUR_MS));
    setText(ends[1], '今日');
    setClass(quarter, 'ninety', true);
  }

  app.platformWords = WORDS;
  Object.assign(app.painters, { lanes });
})((window.cityops = window.cityops || {}));
