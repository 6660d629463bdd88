/* 案件：环节与时长、超期分档、压件部门、走秒的到期清单、逐钟点到期。时钟是服务器的。 */
(function (app) {
  'use strict';

  const f = app.format;
  const { make, glyph, pool, setText, setClass, empty, capacity, fit } = app;
  const HOUR = 3600000;
  const DAY = 86400000;
  const LATE = ['1 天内', '1–3 天', '3–7 天', '7 天以上'];
  const TINT = 0.5; // 最密一格的底色浓度：字仍看得清

  const known = (frame) => app.hasValue(frame.m['open.cases.open'] || app.ABSENT);

  /** 剩余或已超：一天以内走秒，更久写天与小时。 */
  function away(ms) {
    const span = Math.abs(ms);
    if (span < DAY) return f.clock(span / 1000);
    return Math.floor(span / DAY) + ' 天 ' + Math.floor((span % DAY) / HOUR) + ' 时';
  }

  function lateness(el, frame) {
    const counts = frame.s['backlog.late'] || [];
    const cells = pool(el, LATE.length, () => {
      const cell = make('div');
      cell.appendChild(make('span', 'mut'));
      cell.appendChild(make('b'));
      return cell;
    });
    LATE.forEach((word, i) => {
      setText(cells[i].firstElementChild, word);
      setText(cells[i].lastElementChild, f.count(counts[i]));
    });
  }

  function bounds(ages) {
    return ages.map((days, i) => (i ? ages[i - 1] + '–' + days + ' 天' : days + ' 天内'))
      .concat(ages[ages.length - 1] + ' 天以上');
  }

  function line(count, first) {
    return () => {
      const row = make('div', 'r');
      row.appendChild(make('span', first));
      for (let i = 0; i < count; i += 1) row.appendChild(make('span', 'n'));
      return row;
    };
  }

  /** 环节 × 时长：格底深浅是件数多少，数字照写。 */
  function stageAges(el, frame) {
    const rows = frame.t['backlog.stages'] || [];
    const ages = frame.s['backlog.ages'] || [];
    if (empty(el, !rows.length)) return;
    const words = ['环节', '件数'].concat(bounds(ages));
    const lines = pool(el, rows.length + 1, line(words.length - 1, 'name'));
    words.forEach((word, i) => setText(lines[0].children[i], word));
    lines[0].className = 'r head';
    const most = Math.max(1, Math.max.apply(null, rows.slice(0, -1).map((row) => Math.max.apply(null, row.ages))));
    rows.forEach((row, i) => {
      const cells = lines[i + 1].children;
      const whole = row.id === 'all';
      setClass(lines[i + 1], 'all', whole);
      setText(cells[0], row.name);
      setText(cells[1], f.count(row.n));
      row.ages.forEach((n, k) => {
        const cell = cells[k + 2];
        setText(cell, f.count(n));
        setClass(cell, 'dim', !n);
        cell.style.backgroundColor = whole || !n ? ''
          : 'rgba(99,184,247,' + (0.08 + (TINT - 0.08) * Math.sqrt(n / most)).toFixed(3) + ')';
      });
    });
  }

  function holderRow() {
    const row = make('div', 'r');
    row.appendChild(make('span', 'name'));
    const bar = row.appendChild(make('div', 't'));
    ['late', 'soon', 'rest'].forEach((name) => bar.appendChild(make('i', name)));
    const late = row.appendChild(make('span', 'late'));
    late.appendChild(glyph('warn'));
    late.appendChild(make('b'));
    row.appendChild(make('b', 'soon'));
    row.appendChild(make('b', 'held'));
    return row;
  }

  /** 压件部门：条长 = 待处置，段 = 超期、将到期、其余。 */
  function holders(el, frame) {
    const all = frame.t['backlog.departments'] || [];
    if (empty(el, !all.length, known(frame) && '没有待处置的案卷')) return;
    const shown = all.slice(0, capacity(el, 2.125, all.length));
    const most = Math.max.apply(null, shown.map((row) => row.open));
    const lines = pool(el, shown.length, holderRow);
    shown.forEach((row, i) => {
      const cells = lines[i].children;
      const parts = [row.overdue, row.soon, row.open - row.overdue - row.soon];
      setText(cells[0], row.name);
      parts.forEach((n, k) => {
        const part = cells[1].children[k];
        part.style.width = app.clamp((n / most) * 100) + '%';
        setClass(part, 'gone', !n);
      });
      setClass(cells[2].firstElementChild, 'gone', !row.overdue);
      setClass(cells[2], 'none', !row.overdue);
      setText(cells[2].lastElementChild, f.count(row.overdue));
      setText(cells[3], f.count(row.soon));
      setText(cells[4], f.count(row.open));
    });
    fit(el, lines, shown.length);
  }

  function dueRow() {
    const row = make('div', 'r');
    const left = row.appendChild(make('span', 'left'));
    left.appendChild(glyph('clock'));
    left.appendChild(make('b'));
    ['what', 'who mut', 'when mut'].forEach((name) => row.appendChild(make('span', name)));
    row.children[2].appendChild(make('span'));
    row.children[2].appendChild(make('span'));
    return row;
  }

  const due = (at, now) => (app.zone.date(at) === app.zone.date(now) ? '' : app.zone.day(at) + ' ') + app.zone.minute(at);

  /** 到期清单：余多少、超多少，按服务器时钟走秒；不写案号与地址。 */
  function dueRows(el, frame) {
    const all = frame.t['backlog.' + el.dataset.which] || [];
    if (empty(el, !all.length, known(frame) && el.dataset.none)) return;
    const now = app.now();
    const shown = all.slice(0, capacity(el, 3.25, all.length));
    const lines = pool(el, shown.length, dueRow);
    shown.forEach((row, i) => {
      const cells = lines[i].children;
      const left = row.due - now;
      const look = left < 0 ? 'late' : left <= 2 * HOUR ? 'soon' : 'calm';
      cells[0].className = 'left ' + look;
      cells[0].firstElementChild.className = 'g g-' + (look === 'late' ? 'warn' : 'clock');
      setText(cells[0].lastElementChild, (left < 0 ? '超 ' : '余 ') + away(left));
      setText(cells[1], row.category);
      setText(cells[2].firstElementChild, row.district + (row.street ? '·' + row.street : ''));
      setText(cells[2].lastElementChild, row.department);
      setText(cells[3], due(row.due, now));
    });
    fit(el, lines, shown.length);
  }

  /** 下一件还有多久到期。 */
  function nextDue(el, frame) {
    const first = (frame.t['backlog.soon'] || [])[0];
    const left = first ? first.due - app.now() : 0;
    setText(el, first ? '下一件 ' + (left < 0 ? '超 ' : '余 ') + away(left) : '');
  }

  /** 逐钟点到期：首柱是本钟点余下的部分，用次色。 */
  function dueAhead(el, frame) {
    const series = frame.s['backlog.ahead'];
    if (empty(el, !series)) return;
    if (!el.firstElementChild) {
      el.appendChild(make('div', 'cols'));
      el.appendChild(make('div', 'ax'));
    }
    const most = Math.max(1, Math.max.apply(null, series.n));
    const peak = series.n.indexOf(most);
    const cols = pool(el.firstElementChild, series.n.length, () => {
      const col = make('div', 'col');
      col.appendChild(make('span'));
      col.appendChild(make('i'));
      return col;
    });
    const labels = pool(el.lastElementChild, Math.floor(series.n.length / 6) + 1, () => make('span'));
    series.n.forEach((n, i) => {
      setText(cols[i].firstElementChild, i === peak && n ? f.count(n) : '');
      cols[i].lastElementChild.className = i ? '' : 'part';
      cols[i].lastElementChild.style.height = app.clamp((n / most) * 100) + '%';
    });
    for (let i = 0; i < labels.length; i += 1) {
      const hour = app.zone.hour(series.from + i * 6 * HOUR);
      setText(labels[i], i ? hour + ' 时' : '此刻');
      labels[i].className = i === 0 ? 'first' : i === labels.length - 1 ? 'last' : '';
      labels[i].style.left = ((i * 600) / series.n.length).toFixed(2) + '%';
    }
  }

  Object.assign(app.painters, { lateness, stageAges, holders, dueRows, nextDue, dueAhead });
})((window.cityops = window.cityops || {}));
