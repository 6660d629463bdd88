/* 年度：产出与效果逐项对目标、勾稽矛盾、缺项。要办的在前，达标的安静。 */
(function (app) {
  'use strict';

  const f = app.format;
  const { make, glyph, pool, setText, setClass } = app;
  const { aboutOf, countsOf, known, said, waiting, blank } = app.annual;
  const ROW_REM = 2.25;
  const TALL_REM = 4; // 一行至多这么高
  const FRAME_REM = 4.25; // 磁贴的边与题头
  const FOOT_REM = 17.5; // 效果指标至少这么高，连同它上面的缝
  const AIM = 80; // 目标竖线在条的八成处，超额看得见
  const MARKS = {
    conflict: ['bad', 'cross', '矛盾'],
    lost: ['bad', 'cross', '难达'],
    unmet: ['bad', 'cross', '未达标'],
    slow: ['warn', 'warn', '慢于进度'],
    partial: ['warn', 'warn', '部分达标'],
    run: ['run', 'dot', '进行中'],
    missing: ['nod', 'dash', '待填'],
    nodata: ['nod', 'dash', '无数据'],
    stated: ['', 'dot', '已填报'],
    judged: ['', 'dot', '已评定'],
    met: ['good', 'check', '达标'],
    not_occurred: ['', '', '未发生'],
    na: ['', '', '不适用'],
  };
  const WHY = { missing: '待填', nodata: '无数据', unscored: '待评分' };
  const QUIET = ['met', 'judged', 'stated', 'na', 'not_occurred'];

  function annualPace(el, frame) {
    const about = aboutOf(frame);
    setText(el, known(about.days) ? f.percent(about.day / about.days, 0) : '');
  }

  function annualTally(el, frame) {
    const counts = (countsOf(frame) || {})[el.dataset.which];
    if (!counts) return setText(el, '');
    const gaps = counts.missing + counts.nodata;
    return setText(el, '达标 ' + counts.met + ' / ' + counts.items
      + (gaps ? '　缺 ' + gaps : '') + (counts.conflicts ? '　矛盾 ' + counts.conflicts : ''));
  }

  function makeRow() {
    const row = make('div', 'r');
    row.appendChild(make('span', 'name'));
    const actual = row.appendChild(make('span', 'actual'));
    actual.appendChild(make('b'));
    actual.appendChild(make('small', 'mut'));
    row.appendChild(make('span', 'aim mut'));
    const bar = row.appendChild(make('div', 'bul'));
    ['i', 'u', 's'].forEach((tag) => bar.appendChild(make(tag)));
    row.appendChild(make('span', 'points mut'));
    row.appendChild(make('span', 'st verdict'));
    return row;
  }

  function paintBar(el, row, pace) {
    const [fill, aim, here] = el.children;
    const drawn = known(row.share);
    fill.style.width = drawn ? app.clamp(row.share * AIM) + '%' : '0';
    aim.style.left = AIM + '%';
    setClass(aim, 'gone', !drawn);
    here.style.left = app.clamp(pace * AIM) + '%';
    setClass(here, 'gone', !row.grows);
    setClass(el, 'void', !drawn);
    setClass(el, 'quiet', QUIET.indexOf(row.mark) >= 0);
  }

  /** 放不下时末行换成“其余 n 项”，写明各是什么。 */
  function restOf(rows) {
    const by = {};
    rows.forEach((row) => { const word = MARKS[row.mark][2]; by[word] = (by[word] || 0) + 1; });
    return '其余 ' + rows.length + ' 项：' + Object.keys(by).map((word) => word + ' ' + by[word]).join('、');
  }

  /** 两块上下相接，各按项数分高（16:9 的栅格用它）。 */
  function split(grid, counts) {
    const room = grid.clientHeight / app.charts.rem() - 2 * FRAME_REM;
    if (room < 0) return;
    const row = Math.min(TALL_REM, room / Math.max(1, counts.output.items + counts.effect.items));
    const more = Math.max(0, counts.effect.items * row + FRAME_REM - FOOT_REM).toFixed(2) + 'rem';
    if (grid.style.getPropertyValue('--more') !== more) grid.style.setProperty('--more', more);
  }

  function annualRows(el, frame) {
    const all = frame.t['annual.' + el.dataset.which] || [];
    const counts = countsOf(frame);
    if (blank(el, !all.length, counts ? '本表没有这类指标' : waiting(aboutOf(frame)) || '无数据')) return;
    if (!el.firstElementChild) {
      el.appendChild(make('div', 'rows'));
      el.appendChild(make('div', 'rest mut'));
    }
    const [box, rest] = el.children;
    const total = counts[el.dataset.which].items;
    split(el.closest('.annual'), counts);
    setClass(rest, 'gone', true);
    let room = app.capacity(box, ROW_REM, all.length);
    if (room < total) {
      setClass(rest, 'gone', false);
      setText(rest, restOf(all)); // 先占一行，再量放得下几项
      room = app.capacity(box, ROW_REM, all.length);
    }
    const about = aboutOf(frame);
    const shown = all.slice(0, room);
    const rows = pool(box, shown.length, makeRow);
    shown.forEach((row, i) => paintRow(rows[i], row, about.day / about.days));
    app.fit(box, rows, shown.length);
    const seen = Array.from(rows).filter((row) => !row.classList.contains('gone')).length;
    const hidden = all.slice(seen);
    if (total > all.length) setText(rest, '其余 ' + (total - seen) + ' 项');
    else setText(rest, hidden.length ? restOf(hidden) : '');
    setClass(rest, 'gone', seen >= total);
  }

  function paintRow(el, row, pace) {
    const [name, actual, aim, bar, points, mark] = el.children;
    setText(name, row.name);
    setText(actual.firstElementChild, said(row.actual));
    setText(actual.lastElementChild, known(row.actual) && row.unit ? f.THIN + row.unit : '');
    setClass(actual, 'none', !known(row.actual));
    setText(aim, known(row.target) ? row.target : '');
    paintBar(bar, row, pace);
    setText(points, known(row.weight) ? said(row.score) + ' / ' + row.weight : '');
    app.verdict(mark, MARKS[row.mark] || MARKS.nodata);
  }

  // -- 矛盾

  function annualFound(el, frame) {
    const counts = countsOf(frame);
    setText(el, !counts ? '' : counts.errors ? counts.errors + ' 项待处理' : '没有矛盾' + hinted(counts));
  }

  const hinted = (counts) => (counts.hints ? '　提示 ' + counts.hints + ' 条' : '');

  function makeFinding() {
    const row = make('div', 'finding');
    const head = row.appendChild(make('div', 'row'));
    head.appendChild(make('span', 'nm'));
    head.appendChild(make('span', 'st verdict'));
    const pair = row.appendChild(make('div', 'pair'));
    pair.appendChild(make('b'));
    pair.appendChild(make('span', 'neq', '≠'));
    pair.appendChild(make('b'));
    row.appendChild(make('div', 'mut what'));
    return row;
  }

  function annualFindings(el, frame) {
    const all = frame.t['annual.findings'] || [];
    const counts = countsOf(frame);
    if (blank(el, !all.length, counts ? '没有发现矛盾' : waiting(aboutOf(frame)) || '无数据')) return;
    const rows = pool(el, all.length, makeFinding);
    all.forEach((one, i) => {
      const [head, pair, what] = rows[i].children;
      const both = one.severity === 'error' && known(one.left) && known(one.right);
      setText(head.firstElementChild, one.name || one.what);
      app.verdict(head.lastElementChild, one.severity === 'error' ? ['bad', 'cross', '矛盾'] : ['nod', 'warn', '提示']);
      setClass(pair, 'gone', !both);
      if (both) {
        setText(pair.children[0], one.left);
        setText(pair.children[2], one.right);
      }
      setText(what, one.name ? one.what : one.settle);
      rows[i].title = one.settle;
    });
    keepWhole(el, rows);
  }

  /** 只留整条放得下的。 */
  function keepWhole(el, rows) {
    const list = Array.from(rows);
    list.forEach((row) => setClass(row, 'gone', false));
    if (!el.clientHeight) return;
    const floor = el.getBoundingClientRect().bottom + 1;
    for (let i = list.length - 1; i > 0 && list[i].getBoundingClientRect().bottom > floor; i -= 1) {
      setClass(list[i], 'gone', true);
    }
  }

  // -- 缺项

  function annualGaps(el, frame) {
    const counts = countsOf(frame);
    if (!counts) return setText(el, '');
    const words = [['missing', '待填'], ['nodata', '无数据'], ['unscored', '待评分']];
    return setText(el, words.filter(([key]) => counts[key])
      .map(([key, word]) => word + ' ' + counts[key]).join('　'));
  }

  function makeGap() {
    const row = make('div', 'r');
    row.appendChild(make('span', 'name'));
    row.appendChild(make('span', 'level mut'));
    row.appendChild(make('span', 'points'));
    const why = row.appendChild(make('span', 'st nod'));
    why.appendChild(glyph('dash'));
    why.appendChild(make('span'));
    return row;
  }

  function annualMissing(el, frame) {
    const all = frame.t['annual.missing'] || [];
    const counts = countsOf(frame);
    if (blank(el, !all.length, counts ? '没有缺项' : waiting(aboutOf(frame)) || '无数据')) return;
    const shown = all.slice(0, app.capacity(el, 2, all.length));
    const rows = pool(el, shown.length, makeGap);
    shown.forEach((one, i) => {
      const [name, level, points, why] = rows[i].children;
      setText(name, one.name);
      setText(level, one.level);
      setText(points, known(one.weight) ? one.weight + ' 分' : '');
      setText(why.lastElementChild, WHY[one.why]);
    });
    app.fit(el, rows, shown.length);
  }

  Object.assign(app.painters, {
    annualPace, annualTally, annualRows, annualFound, annualFindings, annualGaps, annualMissing,
  });
})((window.cityops = window.cityops || {}));
