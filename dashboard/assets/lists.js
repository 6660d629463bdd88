/* 条表、来源构成、区域排名：行可复用，放不下的行不画，不用省略号。 */
(function (app) {
  'use strict';

  const f = app.format;
  const { make, glyph, pool, setText, setClass, empty } = app;
  const CHANNELS_SHOWN = 6;
  const FEW_CHANNELS = 3;
  const PAGE_MS = 12000;
  const FEW = 6;
  const MIN_SCALE = 0.06; // 点图至少画出目标两侧 6 个百分点
  const REACH = 0.85; // 其余离得更远的停在边上，不把众区挤成一团

  const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

  const flows = window.matchMedia('(max-width:700px),(max-height:500px)'); // 手机：随内容变高

  /** 盒子里放得下几行；还没排版或随内容变高时按 most。 */
  function capacity(el, rowRem, most) {
    if (flows.matches) return most;
    const height = el.clientHeight;
    if (!height) return most;
    return Math.max(1, Math.min(most, Math.floor(height / (rowRem * rem()) + 0.02)));
  }

  /** 换行使行变高时，从末行起收起放不下的。 */
  function fit(el, rows, visible) {
    for (let i = 0; i < rows.length; i += 1) setClass(rows[i], 'gone', i >= visible);
    if (flows.matches) return;
    const floor = el.getBoundingClientRect().bottom + 1;
    const lowest = (row) => Math.max.apply(null,
      Array.from(row.children, (cell) => cell.getBoundingClientRect().bottom));
    let last = Math.min(visible, rows.length) - 1;
    while (last > 0 && lowest(rows[last]) > floor) {
      rows[last].classList.add('gone');
      last -= 1;
    }
  }

  function barRow(cells) {
    return () => {
      const row = make('div', 'r');
      row.appendChild(make('span', 'name'));
      row.appendChild(make('div', 't')).appendChild(make('i'));
      row.appendChild(make('b'));
      if (cells === 4) row.appendChild(make('span', 'dim'));
      return row;
    };
  }

  function bars(el, rows, number, beside, word) {
    if (empty(el, !rows.length, word)) return;
    const shown = rows.slice(0, capacity(el, 1.625, rows.length));
    const most = Math.max(1, Math.max.apply(null, shown.map(number)));
    const lines = pool(el, shown.length, barRow(beside ? 4 : 3));
    shown.forEach((item, i) => {
      const cells = lines[i].children;
      setText(cells[0], item.name);
      setClass(cells[1].firstElementChild, 'gone', !number(item));
      cells[1].firstElementChild.style.width = app.clamp((number(item) / most) * 100) + '%';
      setClass(cells[1].firstElementChild, 's', i > 0);
      setText(cells[2], f.count(number(item)));
      if (beside) setText(cells[3], '/ ' + f.count(beside(item)));
    });
    fit(el, lines, shown.length);
  }

  function categories(el, frame) { bars(el, frame.t.categories || [], (item) => item.n); }

  function departments(el, frame) {
    bars(el, frame.t.departments || [], (item) => item.overdue, (item) => item.open,
      frame.t.departments && '无超期待处置案卷');
  }

  /** 案件来源：一条分段条加数值表；第六位起并入其他。 */
  function channels(el, frame) {
    const all = frame.t.channels || [];
    if (empty(el, !all.length)) return;
    const shown = all.slice(0, all.length > CHANNELS_SHOWN ? CHANNELS_SHOWN - 1 : CHANNELS_SHOWN);
    const rest = all.slice(shown.length).reduce((sum, item) => sum + item.n, 0);
    if (all.length > shown.length) shown.push({ name: '其余来源', n: rest });
    if (!el.firstElementChild) {
      el.appendChild(make('div', 'seg'));
      el.appendChild(make('div', 'sleg'));
    }
    setClass(el.lastElementChild, 'few', shown.length <= FEW_CHANNELS);
    const segments = pool(el.firstElementChild, shown.length, (i) => make('i', 'c' + (i + 1)));
    const rows = pool(el.lastElementChild, shown.length, (i) => {
      const row = make('div', 'row');
      const key = row.appendChild(make('span', 'key'));
      key.appendChild(make('i', 'sw bar c' + (i + 1)));
      key.appendChild(make('span'));
      row.appendChild(make('b'));
      return row;
    });
    shown.forEach((item, i) => {
      segments[i].style.flexGrow = item.n;
      setClass(segments[i], 'gone', !item.n);
      setText(rows[i].firstElementChild.lastElementChild, item.name);
      setText(rows[i].lastElementChild, f.count(item.n));
    });
  }

  function rankingTable(el) {
    const table = make('table');
    const columns = table.appendChild(make('colgroup'));
    ['no', 'name', 'n', 'n2', 'dots', 'value'].forEach((name) => columns.appendChild(make('col', name)));
    const head = table.appendChild(make('thead')).appendChild(make('tr'));
    ['', '上报', '超期', ''].forEach((word, i) => {
      const th = head.appendChild(make('th', i ? '' : 'tl', word));
      if (i === 0 || i === 3) th.colSpan = 2;
    });
    head.lastElementChild.dataset.card = el.dataset.measure;
    table.appendChild(make('tbody'));
    el.appendChild(table);
    return table;
  }

  function rankingRow() {
    const row = make('tr');
    row.appendChild(make('td', 'dim no'));
    row.appendChild(make('td', 'tl name'));
    row.appendChild(make('td'));
    row.appendChild(make('td'));
    const dot = row.appendChild(make('td', 'dots')).appendChild(make('div', 'dot'));
    dot.appendChild(make('u'));
    dot.appendChild(make('i'));
    const value = row.appendChild(make('td', 'value'));
    value.appendChild(glyph('warn'));
    value.appendChild(make('b'));
    return row;
  }

  /** 区域排名：点图，目标竖线；低于目标为空心琥珀点并加 ▲。多于放得下的区分页轮换。 */
  function districts(el, frame) {
    const all = frame.t.districts || [];
    if (empty(el, !all.length)) return;
    const cell = frame.m[el.dataset.measure] || app.ABSENT;
    const table = el.querySelector('table') || rankingTable(el);
    const target = f.known(cell.tgt) ? cell.tgt : null;
    const scale = dotScale(all, target);
    legendCell(table.tHead.rows[0].cells[0], target !== null);
    setText(table.tHead.rows[0].cells[3], el.dataset.word + ' ' +
      (target === null ? '%' : (cell.op === '<=' ? '≤ ' : '≥ ') + f.percent(target, 2)));
    const room = Math.max(1, capacity(el, 1.75, all.length + 1) - 1);
    const pages = Math.ceil(all.length / room);
    const page = pages > 1 ? Math.floor(performance.now() / PAGE_MS) % pages : 0;
    const shown = all.slice(page * room, page * room + room);
    table.style.setProperty('--rows', String(shown.length + 1));
    setClass(table, 'few', shown.length <= FEW && !flows.matches);
    const rows = pool(table.tBodies[0], shown.length, rankingRow);
    shown.forEach((item, i) => district(rows[i], item, page * room + i + 1, target, scale));
  }

  /** 表头首格：有目标时写明 ▲ 的意思，否则写“区”。 */
  function legendCell(cell, judged) {
    if (cell.dataset.judged === String(judged)) return;
    cell.dataset.judged = String(judged);
    cell.textContent = judged ? '' : '区';
    setClass(cell, 'warn', judged);
    if (!judged) return;
    cell.appendChild(glyph('warn'));
    cell.appendChild(document.createTextNode(' 低于目标'));
  }

  function dotScale(all, target) {
    const values = all.map((item) => item.v).filter(f.known);
    if (target === null) return (v) => v * 100;
    const off = values.map((v) => Math.abs(v - target)).sort((a, b) => a - b);
    const widest = Math.max(MIN_SCALE, off[Math.floor(off.length * REACH)] || 0);
    return (v) => Math.max(4, Math.min(96, 50 + ((v - target) / (widest * 1.16)) * 50));
  }

  function district(row, item, place, target, scale) {
    const cells = row.cells;
    const known = f.known(item.v);
    const low = known && (item.ok === 'warn' || item.ok === 'bad');
    setText(cells[0], String(place));
    setText(cells[1], item.name);
    setClass(cells[1], 'long', item.name.length > 6);
    setText(cells[2], f.count(item.reported));
    setText(cells[3], f.count(item.overdue));
    const dot = cells[4].firstElementChild;
    setClass(dot.firstElementChild, 'gone', target === null);
    dot.firstElementChild.style.left = target === null ? '0' : app.clamp(scale(target)) + '%';
    setClass(dot.lastElementChild, 'gone', !known);
    setClass(dot.lastElementChild, 'lo', low);
    setClass(dot.lastElementChild, 'bad', item.ok === 'bad');
    if (known) dot.lastElementChild.style.left = app.clamp(scale(item.v)) + '%';
    cells[5].firstElementChild.className = 'g g-' + (item.ok === 'bad' ? 'cross' : 'warn');
    setClass(cells[5], 'low', low);
    setClass(cells[5], 'bad', item.ok === 'bad');
    setText(cells[5].lastElementChild, known ? f.rate(item.v) : f.NO_VALUE);
    row.title = known ? f.count(item.n) + ' / ' + f.count(item.d) : '0 / 0 无数据';
  }

  Object.assign(app, { capacity, fit });
  Object.assign(app.painters, { categories, departments, channels, districts });
})((window.cityops = window.cityops || {}));
