/* 年度：预计总分、一级指标、填报进度。数都是算好的；这里只写、只画。 */
(function (app) {
  'use strict';

  const f = app.format;
  const { make, glyph, pool, setText, setClass, empty } = app;
  const STATES = [['draft', '填报'], ['submitted', '提交'], ['reviewed', '复核'], ['locked', '锁定']];
  const SQUARES = { f: '填妥', m: '待填', n: '无数据', c: '矛盾', x: '不适用' };
  const SQUARES_REM2 = 100; // 方格区的大小；项数多则格子小

  const aboutOf = (frame) => frame.s['annual.about'] || {};
  const scoreOf = (frame) => frame.s['annual.score'];
  const countsOf = (frame) => frame.s['annual.counts'];
  const known = (text) => text !== null && text !== undefined;
  const said = (text) => (known(text) ? text : f.NO_VALUE);
  const part = (text, whole) => (known(text) && Number(whole) ? (Number(text) / Number(whole)) * 100 : 0);
  const waiting = (about) => about.problem || (known(about.at) ? '' : '正在计算');

  /** 没有内容时写明原因；原因变了就改写。 */
  function blank(el, none, word) {
    if (empty(el, none, word)) setText(el.firstElementChild, word);
    return none;
  }

  function date(text) {
    const [, month, day] = text.split('-').map(Number);
    return month + '月' + day + '日';
  }

  function annualHead(el, frame) {
    const about = aboutOf(frame);
    setText(el, known(about.form) ? about.year + ' 年度　' + about.kind : '');
  }

  /** 一行里几段：已定、待定（斜纹）、已失；没有权重则空。 */
  function stack(el, row) {
    const pieces = pool(el, 3, (i) => make('i', ['settled', 'pending', 'lost'][i]));
    ['score', 'pending', 'lost'].forEach((key, i) => {
      pieces[i].style.width = app.clamp(part(row[key], row.weight)) + '%';
    });
  }

  function scoreParts(el) {
    const hero = el.appendChild(make('div', 'row')).appendChild(make('span', 'hero val h7'));
    hero.appendChild(make('span'));
    hero.appendChild(make('small'));
    const said = el.appendChild(make('div', 'row'));
    said.appendChild(make('span', 'st verdict'));
    said.appendChild(make('span', 'mut'));
    const box = el.appendChild(make('div', 'bands'));
    box.appendChild(make('div', 'stack'));
    box.appendChild(make('div', 'marks'));
    el.appendChild(make('div', 'cells'));
    el.appendChild(make('div', 'row mut'));
    el.lastElementChild.appendChild(make('span'));
    el.lastElementChild.appendChild(make('span'));
    el.appendChild(make('div', 'title mut'));
    return el.children;
  }

  const bandOf = (score, name) => score.grades.find((one) => one.name === name);

  /** 等级：下限写在旁边；区间两端不同级时写“至多”。 */
  function grade(el, score) {
    if (!known(score.grade)) return app.verdict(el, ['nod', 'dash', known(score.weight) ? '尚无得分' : '本表不计分']);
    const band = bandOf(score, score.grade);
    const last = score.grades[score.grades.length - 1];
    const color = score.grade === score.grades[0].name ? 'good' : band === last ? 'bad' : 'warn';
    const mark = { good: 'check', warn: 'warn', bad: 'cross' }[color];
    return app.verdict(el, [color, mark, score.grade + (Number(band.from) ? '　≥ ' + band.from : '')]);
  }

  function cell(el, number, word) {
    if (!el.firstElementChild) {
      el.appendChild(make('b'));
      el.appendChild(make('span', 'mut'));
    }
    setText(el.firstElementChild, number);
    setText(el.lastElementChild, word);
  }

  function annualScore(el, frame) {
    const [about, score] = [aboutOf(frame), scoreOf(frame)];
    if (blank(el, !score, waiting(about) || '无数据')) return;
    const [top, judged, bands, cells, foot, title] = el.firstElementChild ? el.children : scoreParts(el);
    const hero = top.firstElementChild;
    setText(hero.firstElementChild, said(score.projected));
    setText(hero.lastElementChild, known(score.weight) ? '/ ' + score.weight : '');
    setClass(hero, 'none', !known(score.projected));
    grade(judged.firstElementChild, score);
    stack(bands.firstElementChild, score);
    const marks = pool(bands.lastElementChild, known(score.weight) ? score.grades.length : 0, () => make('span'));
    score.grades.forEach((one, i) => {
      if (!marks[i]) return;
      marks[i].style.left = app.clamp(part(one.from, score.weight)) + '%';
      setText(marks[i], one.from);
      marks[i].title = one.name;
      setClass(marks[i], 'gone', !Number(one.from));
    });
    const three = pool(cells, 3, () => make('span', 'cell3'));
    [['score', '已定'], ['pending', '待定'], ['lost', '已失']].forEach(([key, word], i) => {
      cell(three[i], said(score[key]), word);
    });
    const open = known(score.pending) && Number(score.pending) > 0;
    setText(judged.lastElementChild, open
      ? '区间 ' + (known(score.score) ? score.score : '0') + '–' + score.highest
      : known(score.projected) ? '各项已评完' : '');
    setText(foot.firstElementChild, about.drift ? '锁定后 ' + about.drift + ' 项数据有变'
      : open && known(score.projected) ? '待定按已评得分率推算' : '');
    setText(foot.lastElementChild, known(about.before) ? '上年 ' + about.before : '');
    setText(title, about.problem || about.title);
    setClass(title, 'warn', Boolean(about.problem));
  }

  function levelRow() {
    const row = make('div', 'level');
    const head = row.appendChild(make('div', 'row'));
    head.appendChild(make('span', 'nm'));
    const sum = head.appendChild(make('span'));
    sum.appendChild(make('b', 'nm'));
    sum.appendChild(make('span', 'mut'));
    row.appendChild(make('div', 'stack'));
    const foot = row.appendChild(make('div', 'row mut'));
    foot.appendChild(make('span'));
    foot.appendChild(make('span'));
    return row;
  }

  function annualLevels(el, frame) {
    const rows = frame.t['annual.levels'] || [];
    if (blank(el, !rows.length, waiting(aboutOf(frame)) || '无数据')) return;
    const most = Math.max.apply(null, rows.map((row) => Number(row.weight) || 0)) || 1;
    const found = pool(el, rows.length, levelRow);
    setClass(el, 'many', rows.length > 4);
    rows.forEach((row, i) => {
      const [head, bar, foot] = found[i].children;
      const weighed = known(row.weight);
      setText(head.firstElementChild, row.name);
      setText(head.lastElementChild.firstElementChild, said(row.score));
      setText(head.lastElementChild.lastElementChild, weighed ? ' / ' + row.weight : '');
      setClass(bar, 'gone', !weighed);
      bar.style.width = app.clamp(part(row.weight, most)) + '%';
      stack(bar, row);
      setText(foot.firstElementChild, weighed
        ? '待定 ' + said(row.pending) + '　已失 ' + said(row.lost) : '不计分');
      setText(foot.lastElementChild, row.items ? row.filled + ' / ' + row.items.length + ' 项' : '整级评分');
    });
  }

  function fillingParts(el) {
    const top = el.appendChild(make('div', 'row'));
    const hero = top.appendChild(make('span', 'hero val h5'));
    hero.appendChild(make('span'));
    hero.appendChild(make('small'));
    top.appendChild(make('span', 'left'));
    el.appendChild(make('div', 'squares'));
    el.appendChild(make('div', 'keys'));
    el.appendChild(make('div', 'steps4'));
    return el.children;
  }

  function square(letter) {
    const el = make('i', 'square ' + letter);
    if (letter === 'c') el.appendChild(glyph('cross'));
    return el;
  }

  /** 一格一项，级与级之间空半格；放不下时格子缩小。 */
  function squares(el, rows) {
    const letters = rows.map((row) => row.items).join(' ');
    if (el.dataset.letters === letters) return;
    el.dataset.letters = letters;
    el.textContent = '';
    rows.filter((row) => row.items).forEach((row) => {
      const group = el.appendChild(make('span', 'group'));
      group.title = row.name;
      row.items.split('').forEach((letter) => group.appendChild(square(letter)));
    });
    const count = letters.replace(/ /g, '').length;
    setClass(el, 'few', count <= 60);
    const side = Math.sqrt(SQUARES_REM2 / Math.max(1, count)) - 0.3;
    el.style.setProperty('--square', Math.max(0.35, Math.min(1.16, side)).toFixed(2) + 'rem');
  }

  function steps(el, about) {
    const at = STATES.findIndex(([id]) => id === about.state);
    const found = pool(el, STATES.length, () => make('span'));
    STATES.forEach(([, word], i) => {
      found[i].className = i < at ? 'done' : i === at ? 'here' : 'ahead';
      setText(found[i], i === at ? about.state_name : word);
    });
  }

  function annualFilling(el, frame) {
    const [about, counts] = [aboutOf(frame), countsOf(frame)];
    if (blank(el, !counts, waiting(about) || '无数据')) return;
    const [top, boxes, keys, flow] = el.firstElementChild ? el.children : fillingParts(el);
    setText(top.firstElementChild.firstElementChild, f.count(counts.filled + counts.absent));
    setText(top.firstElementChild.lastElementChild, '/ ' + f.count(counts.items) + ' 项');
    setText(top.lastElementChild, known(about.due)
      ? '报送 ' + date(about.due) + '　' + (about.due_in < 0 ? '已过 ' + -about.due_in : '余 ' + about.due_in) + ' 天'
      : about.left ? '年内余 ' + about.left + ' 天' : '本年最后一天');
    squares(boxes, frame.t['annual.levels'] || []);
    const by = { f: 0, m: 0, n: 0, c: 0, x: 0 };
    (boxes.dataset.letters || '').replace(/\S/g, (letter) => { by[letter] += 1; });
    const shown = Object.keys(SQUARES).filter((letter) => by[letter] || letter === 'f');
    if (keys.dataset.shown !== shown.join('')) {
      keys.dataset.shown = shown.join('');
      keys.textContent = '';
      shown.forEach((letter) => {
        const key = keys.appendChild(make('span', 'key'));
        key.appendChild(square(letter));
        key.appendChild(make('span'));
      });
    }
    shown.forEach((letter, i) => setText(keys.children[i].lastElementChild, SQUARES[letter] + ' ' + by[letter]));
    steps(flow, about);
  }

  function annualOrigins(el, frame) {
    const counts = countsOf(frame);
    setText(el, counts ? '自动 ' + counts.auto + '　佐证 ' + counts.attached : '');
  }

  app.annual = { aboutOf, countsOf, known, said, waiting, blank };
  Object.assign(app.painters, { annualHead, annualScore, annualLevels, annualFilling, annualOrigins });
})((window.cityops = window.cityops || {}));
