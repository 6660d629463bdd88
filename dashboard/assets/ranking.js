/* 考评：区域点图、部门、岗位、首末位的分项、公式。得分与名次都是算好的，这里只画。 */
(function (app) {
  'use strict';

  const f = app.format;
  const { make, glyph, pool, setText, setClass, capacity, fit } = app;
  const LETTERS = ['A', 'B', 'C', 'D', 'E'];
  const LOOK = { A: ['good', 'check'], B: ['', 'dot'], C: ['warn', 'warn'], D: ['bad', 'cross'], E: ['bad', 'cross'] };
  const EVERY_MS = 300000; // 多久算一次；三次没有算出来为迟滞
  const FEW = 6; // 这么几个区：行高随墙，字放大
  const STEP = 5; // 点图的起点取 5 的倍数
  const MARGIN = 3;

  const aboutOf = (frame) => frame.s['ranking.about'] || {};
  const points = (v) => (f.known(v) ? v.toFixed(2) : f.NO_VALUE);
  const monthDay = (text) => Number(text.slice(5, 7)) + '月' + Number(text.slice(8)) + '日';

  /** 从某日到某日：同月的月份只写一次。 */
  function days(from, to) {
    if (from === to) return monthDay(from);
    return monthDay(from) + '–' + (from.slice(0, 7) === to.slice(0, 7) ? Number(to.slice(8)) + '日' : monthDay(to));
  }

  /** 还没有数、算不出来、还没算好：写明。 */
  function blank(el, none, about) {
    const word = about.problem || (about.at ? '期内没有数据' : '正在计算');
    return app.empty(el, none, word);
  }

  function build(el, parts) {
    if (el.firstElementChild && el.firstElementChild.className !== 'none-word') return el.children;
    el.textContent = '';
    parts.forEach(([tag, name]) => el.appendChild(make(tag, name)));
    return el.children;
  }

  function gradeOf() {
    const el = make('span', 'grade');
    el.appendChild(glyph('dot'));
    el.appendChild(make('b'));
    return el;
  }

  /** 等级：字形、字母、颜色同在；没有得分则空着。 */
  function paintGrade(el, letter) {
    const look = LOOK[letter];
    setClass(el, 'gone', !look);
    if (!look) return;
    el.className = 'grade ' + look[0];
    el.firstElementChild.className = 'g g-' + look[1];
    setText(el.lastElementChild, letter);
  }

  function moveOf() {
    const el = make('span', 'move');
    el.appendChild(glyph('up'));
    el.appendChild(make('span'));
    return el;
  }

  /** 名次升降：▲2、▼1、平；上期没有名次的写“新”。 */
  function paintMove(el, row) {
    const up = row.up;
    const moved = f.known(up) && up !== 0;
    el.firstElementChild.className = moved ? 'g g-' + (up > 0 ? 'up' : 'down') : 'gone';
    setText(el.lastElementChild, moved ? String(Math.abs(up)) : !f.known(row.r) ? '' : f.known(up) ? '平' : '新');
    setClass(el, 'dim', !moved);
  }

  const signed = (by) => (!f.known(by) ? '' : by === 0 ? '0.00' : f.signed(by, 2));

  // -- 页眉处的话

  function assessAge(el, frame) {
    const about = aboutOf(frame);
    const late = f.known(about.at) && frame.as_of - about.at > 3 * EVERY_MS;
    el.className = 'assess-age st' + (late ? ' late' : '');
    if (!el.firstElementChild) {
      el.appendChild(glyph('clock'));
      el.appendChild(make('span'));
    }
    setClass(el.firstElementChild, 'gone', !late);
    setText(el.lastElementChild, !f.known(about.at) ? '' : (late ? '迟滞　停在 ' : '截至 ') + app.zone.minute(about.at));
  }

  function assessDays(el, frame) {
    const about = aboutOf(frame);
    setText(el, about.from ? about.name + '　' + days(about.from, about.to) + (about.running ? '，未走完' : '') : '');
  }

  function assessCount(el, frame) {
    const about = aboutOf(frame);
    const [ranked, all] = (about.count || {})[el.dataset.which] || [0, 0];
    const own = el.dataset.which === 'department' && about.departments ? about.departments + '　' : '';
    setText(el, !all ? '' : own + (ranked === all ? '共 ' + all + ' 个' : all + ' 个中 ' + ranked + ' 个有得分'));
  }

  // -- 全市

  function assessCity(el, frame) {
    const about = aboutOf(frame);
    const city = frame.s['ranking.city'];
    if (blank(el, !city || !f.known(city.v), about)) return;
    const [top, below, bands] = build(el, [['div', 'row'], ['div', 'row mut'], ['div', 'bands5']]);
    if (!top.firstElementChild) {
      const hero = top.appendChild(make('span', 'hero val h6'));
      hero.appendChild(make('span'));
      hero.appendChild(make('small', '', '分'));
      top.appendChild(gradeOf());
      below.appendChild(make('span'));
      below.appendChild(make('span'));
    }
    setText(top.firstElementChild.firstElementChild, points(city.v));
    paintGrade(top.lastElementChild, city.g);
    setText(below.firstElementChild, '比 ' + days(about.before[0], about.before[1]));
    setText(below.lastElementChild, f.known(city.by) ? signed(city.by) + ' 分' : '上期没有得分');
    const cells = pool(bands, LETTERS.length, () => {
      const cell = make('span', 'band');
      cell.appendChild(gradeOf());
      cell.appendChild(make('b'));
      return cell;
    });
    LETTERS.forEach((letter, i) => {
      paintGrade(cells[i].firstElementChild, letter);
      setText(cells[i].lastElementChild, city.grades[i] + ' 区');
      setClass(cells[i], 'nil', !city.grades[i]);
    });
  }

  // -- 区域：点图

  function scaleOf(rows, about) {
    const seen = [];
    rows.forEach((row) => {
      if (f.known(row.v)) seen.push(row.v);
      if (f.known(row.by)) seen.push(row.v - row.by);
    });
    const low = Math.max(0, Math.floor((Math.min.apply(null, seen) - MARGIN) / STEP) * STEP);
    const at = (v) => ((v - low) / (100 - low)) * 100;
    return { low, at, bounds: (about.grades || []).filter((bound) => bound > low && bound < 100) };
  }

  function boardRow() {
    const row = make('div', 'r');
    row.appendChild(make('b', 'rank'));
    row.appendChild(make('span', 'name'));
    row.appendChild(moveOf());
    const dots = row.appendChild(make('div', 'dots'));
    ['span', 'u', 's', 'i'].forEach((tag) => dots.appendChild(make(tag)));
    row.appendChild(make('b', 'score'));
    row.appendChild(gradeOf());
    row.appendChild(make('span', 'by'));
    row.appendChild(make('span', 'why'));
    return row;
  }

  function boardHead(el, scale) {
    const [rank, name, move, axis, score, grade, by] = build(el, [
      ['span', 'rank'], ['span', 'name'], ['span', 'move'], ['div', 'axis'], ['span', 'score'], ['span', 'grade'], ['span', 'by'],
    ]);
    [[rank, ''], [name, '区'], [move, '名次'], [score, '得分'], [grade, '等级'], [by, '升降']]
      .forEach(([cell, word]) => setText(cell, word));
    const marks = [[scale.low, String(scale.low)]]
      .concat(scale.bounds.map((bound, i) => [bound, LETTERS[i] + ' ' + bound]).filter(([v]) => scale.at(v) > 14));
    const found = pool(axis, marks.length, () => make('span'));
    marks.forEach(([v, word], i) => {
      setText(found[i], word);
      found[i].style.left = app.clamp(scale.at(v)) + '%';
      setClass(found[i], 'first', !i);
    });
  }

  function paintDots(el, row, scale, whole) {
    const [bounds, city, was, now] = el.children;
    const ticks = pool(bounds, scale.bounds.length, () => make('em'));
    scale.bounds.forEach((bound, i) => { ticks[i].style.left = app.clamp(scale.at(bound)) + '%'; });
    const place = (mark, v) => {
      setClass(mark, 'gone', !f.known(v));
      if (f.known(v)) mark.style.left = app.clamp(scale.at(v)) + '%';
    };
    place(city, whole);
    place(was, f.known(row.by) ? row.v - row.by : null);
    place(now, row.v);
    now.className = !f.known(row.v) ? 'gone' : 'CDE'.indexOf(row.g) >= 0 ? 'lo ' + LOOK[row.g][0] : '';
  }

  function paintBoardRow(el, row, scale, whole) {
    const [rank, name, move, dots, score, grade, by, why] = el.children;
    setText(rank, f.known(row.r) ? String(row.r) : f.NO_VALUE);
    setText(name, row.name);
    paintMove(move, row);
    setText(score, points(row.v));
    paintGrade(grade, row.g);
    setText(by, signed(row.by));
    setText(why, row.why || '');
    setClass(el, 'void', !f.known(row.v));
    setClass(dots, 'gone', !f.known(row.v));
    setClass(why, 'gone', f.known(row.v));
    if (f.known(row.v)) paintDots(dots, row, scale, whole);
  }

  /** 放不下时：前几名与最后几名，中间空一行写明。 */
  function ends(rows, room) {
    if (rows.length <= room) return rows;
    const ranked = rows.filter((row) => f.known(row.r));
    const most = Math.max(2, room);
    const last = Math.floor(most / 3);
    if (ranked.length <= most) return rows.slice(0, most);
    return ranked.slice(0, most - last).concat(ranked.slice(ranked.length - last));
  }

  /** 画得下几行就画几行：长名字折行占去的，从中间让出，最后几名总在。 */
  function place(box, all, rowRem, paint) {
    let room = capacity(box, rowRem, all.length);
    for (let tries = 0; tries < 4; tries += 1) {
      const shown = ends(all, room);
      const rows = paint(shown);
      fit(box, rows, shown.length);
      const seen = Array.from(rows).filter((row) => !row.classList.contains('gone')).length;
      if (seen === shown.length) return;
      room = seen;
    }
  }

  /** 名次在此处断开：上面是前几名，下面是最后几名。 */
  function breaks(rows, i) {
    return i > 0 && f.known(rows[i].r) && f.known(rows[i - 1].r) && rows[i].r - rows[i - 1].r > 1
      && rows[i].r > i + 1;
  }

  function assessBoard(el, frame) {
    const all = frame.t['ranking.districts'] || [];
    const about = aboutOf(frame);
    if (blank(el, !all.some((row) => f.known(row.v)), about)) return;
    const [head, box] = build(el, [['div', 'r head'], ['div', 'rows']]);
    const scale = scaleOf(all, about);
    setClass(el, 'few', all.length <= FEW);
    boardHead(head, scale);
    const whole = (frame.s['ranking.city'] || {}).v;
    place(box, all, 2.25, (shown) => {
      const rows = pool(box, shown.length, boardRow);
      shown.forEach((row, i) => {
        paintBoardRow(rows[i], row, scale, whole);
        setClass(rows[i], 'cut', breaks(shown, i));
      });
      return rows;
    });
  }

  // -- 部门

  function departmentRow() {
    const row = make('div', 'r');
    row.appendChild(make('b', 'rank'));
    row.appendChild(make('span', 'name'));
    row.appendChild(moveOf());
    row.appendChild(make('b', 'score'));
    row.appendChild(gradeOf());
    row.appendChild(make('span', 'by'));
    row.appendChild(make('span', 'why'));
    return row;
  }

  function paintDepartment(el, row) {
    const [rank, name, move, score, grade, by, why] = el.children;
    setText(rank, f.known(row.r) ? String(row.r) : f.NO_VALUE);
    setText(name, row.name);
    paintMove(move, row);
    setText(score, points(row.v));
    paintGrade(grade, row.g);
    setText(by, signed(row.by));
    setText(why, row.why || '');
    setClass(why, 'gone', f.known(row.v));
    setClass(el, 'void', !f.known(row.v));
  }

  function assessDepartments(el, frame) {
    const all = frame.t['ranking.departments'] || [];
    if (blank(el, !all.some((row) => f.known(row.v)), aboutOf(frame))) return;
    place(el, all, 2.25, (shown) => {
      const rows = pool(el, shown.length, departmentRow);
      shown.forEach((row, i) => {
        paintDepartment(rows[i], row);
        setClass(rows[i], 'cut', breaks(shown, i));
      });
      return rows;
    });
  }

  // -- 岗位

  function postRow() {
    const row = make('div', 'r');
    row.appendChild(make('span', 'name'));
    row.appendChild(make('b', 'score'));
    row.appendChild(gradeOf());
    row.appendChild(make('span', 'by'));
    row.appendChild(make('span', 'of'));
    return row;
  }

  function assessPosts(el, frame) {
    const all = frame.t['ranking.posts'] || [];
    if (blank(el, !all.length, aboutOf(frame))) return;
    const rows = pool(el, all.length, postRow);
    all.forEach((row, i) => {
      const [name, score, grade, by, of] = rows[i].children;
      rows[i].dataset.card = 'ranking.' + row.id;
      setText(name, row.name);
      setText(score, points(row.v));
      paintGrade(grade, row.g);
      setText(by, signed(row.by));
      setText(of, row.why ? row.why : f.known(row.of) ? '可计 ' + row.of + f.THIN + '%' : '');
      setClass(rows[i], 'void', !f.known(row.v));
    });
  }

  // -- 分项：首位与末位

  function partRow() {
    const row = make('div', 'r');
    ['name', 'weight'].forEach((name) => row.appendChild(make('span', name)));
    const dots = row.appendChild(make('div', 'dots'));
    ['s', 'i'].forEach((tag) => dots.appendChild(make(tag)));
    ['n', 'n', 'n'].forEach((name) => row.appendChild(make('span', name)));
    return row;
  }

  const written = (v, weight) => (!f.known(v) ? f.NO_VALUE : weight ? v.toFixed(2) : f.signed(v, 2));

  /** 末位空心、首位实心，在同一条线上。 */
  function pair(el, both, low) {
    both.forEach((v, i) => {
      setClass(el.children[i], 'gone', !f.known(v));
      if (f.known(v)) el.children[i].style.left = app.clamp(((v - low) / (100 - low)) * 100) + '%';
    });
    setClass(el, 'none', !both.some(f.known));
  }

  const called = (row) => (row.name.length <= 6 ? row.name : '第 ' + row.r + ' 名');

  function assessParts(el, frame) {
    const formula = frame.s['ranking.formula'];
    const ranked = (frame.t['ranking.districts'] || []).filter((row) => f.known(row.r));
    if (blank(el, !formula || !ranked.length, aboutOf(frame))) return;
    const [first, last] = [ranked[0], ranked[ranked.length - 1]];
    const rows = pool(el, formula.parts.length + 1, partRow);
    const shares = first.p.concat(last.p).filter((v) => f.known(v) && v >= 0);
    const low = Math.max(0, Math.floor((Math.min.apply(null, shares) - MARGIN) / STEP) * STEP);
    rows[0].className = 'r head';
    ['分项', '权重', '', called(first), called(last), '差'].forEach((word, i) => setText(rows[0].children[i], word));
    formula.parts.forEach(([name, weight], i) => {
      const cells = rows[i + 1].children;
      const [a, b] = [first.p[i], last.p[i]];
      setText(cells[0], name);
      setText(cells[1], weight ? f.percent(weight / 100, 2) : '扣分');
      pair(cells[2], weight ? [b, a] : [null, null], low);
      setText(cells[3], written(a, weight));
      setText(cells[4], written(b, weight));
      setText(cells[5], f.known(a) && f.known(b) ? f.signed(b - a, 2) : '');
    });
  }

  function assessFormula(el, frame) {
    const formula = frame.s['ranking.formula'];
    const about = aboutOf(frame);
    setText(el, !formula ? about.problem || '' : formula.name + '：' + formula.text + '　等级 '
      + (about.grades || []).map((low, i) => LETTERS[i] + ' ≥ ' + low).join('、') + '　出处：' + formula.source);
  }

  /** 口径卡的值与时间范围。 */
  function rankingCard(key, frame) {
    const subject = key.slice('ranking.'.length);
    const about = aboutOf(frame);
    const post = (frame.t['ranking.posts'] || []).find((row) => row.id === subject);
    const v = post ? post.v : (frame.s['ranking.city'] || {}).v;
    return {
      value: f.known(v) ? points(v) + ' 分' : f.NO_VALUE,
      window: about.from ? about.name + ' ' + days(about.from, about.to) : '',
    };
  }

  app.rankingCard = rankingCard;
  Object.assign(app.painters, {
    assessAge, assessDays, assessCount, assessCity, assessBoard, assessDepartments, assessPosts, assessParts,
    assessFormula,
  });
})((window.cityops = window.cityops || {}));
