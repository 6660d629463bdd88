/* 热线：排队（最长等待按服务器时钟走秒）、坐席方格、口径并列、各率的末行。 */
(function (app) {
  'use strict';

  const f = app.format;
  const { make, pool, setText, setClass, empty, hasValue, ABSENT } = app;
  const STATES = [['talking', '通话'], ['ringing', '振铃'], ['wrapup', '话后'], ['idle', '空闲'],
    ['break', '小休'], ['offline', '离线']];
  const GAP = 0.18; // 方格间距占格宽
  const WAITING = ['now.calls.waiting_now', 'now.calls.longest_wait_s'];

  const cellOf = (frame, key) => frame.m[key] || ABSENT;

  /** 链路与来源都实时，钟才走；否则停在最后一帧的值。 */
  const ticking = (cell) => app.live.status().state === 'live' && cell.st === 'live';

  function longest(el, frame) {
    const cell = cellOf(frame, el.dataset.measure);
    const queue = frame.s['calls.queue'] || {};
    if (!el.firstElementChild) {
      el.appendChild(make('span'));
      el.appendChild(make('small', '', '最长'));
    }
    const known = hasValue(cell);
    const waited = ticking(cell) && f.known(queue.oldest_at)
      ? Math.max(0, (app.now() - queue.oldest_at) / 1000) : cell.v;
    setClass(el, 'none', !known);
    const text = known ? f.clock(waited) : f.NO_VALUE;
    setText(el.firstElementChild, text);
    const waits = el.closest('.waits');
    if (waits) setClass(waits, 'lengthy', text.length > 5 || queue.waiting > 99);
  }

  function limitText(frame) {
    const [people, wait] = WAITING.map((key) => cellOf(frame, key).tgt);
    const parts = [];
    if (f.known(people)) parts.push(f.count(people) + ' 人');
    if (f.known(wait)) parts.push(f.clock(wait));
    return parts.length ? '上限　' + parts.join('　') : '未设上限';
  }

  /** 上限、起始、确认状态、解除条件。 */
  function queueLimits(el, frame) {
    const alarm = app.alarmOf(frame, WAITING);
    const cells = WAITING.map((key) => cellOf(frame, key));
    const rows = pool(el, 2, () => {
      const row = make('div', 'row');
      row.appendChild(make('span'));
      row.appendChild(make('span', 'mut'));
      return row;
    });
    setText(rows[0].firstElementChild, limitText(frame));
    setClass(rows[1], 'mut', !alarm);
    if (alarm) {
      setText(rows[0].lastElementChild, app.zone.time(alarm.since) + ' 起');
      setText(rows[1].firstElementChild, alarm.state === 'active' ? '未确认'
        : '已确认　' + (alarm.acked_by_role || ''));
      setText(rows[1].lastElementChild, alarm.leave ? '解除：' + alarm.leave : '');
      return;
    }
    const over = cells.some((cell) => cell.ok === 'bad' || cell.ok === 'warn');
    const unset = cells.every((cell) => !f.known(cell.tgt) || !hasValue(cell));
    setText(rows[0].lastElementChild, unset ? '' : over ? '超过上限' : '未超上限');
    setText(rows[1].firstElementChild, '');
    setText(rows[1].lastElementChild, '');
  }

  /** 每席一格，按状态依次排；盒子多大，格就多大。 */
  function agents(el, frame) {
    const told = frame.s['calls.agents'];
    if (empty(el, !told || !told.seats)) return;
    if (!el.firstElementChild) {
      el.appendChild(make('div', 'seats'));
      el.appendChild(make('div', 'seat-keys'));
    }
    const squares = [];
    STATES.forEach(([id]) => {
      for (let i = 0; i < (told.states[id] || 0); i += 1) squares.push(id);
    });
    const seats = el.firstElementChild;
    const cells = pool(seats, squares.length, () => make('i'));
    squares.forEach((id, i) => { cells[i].className = 'seat ' + id; });
    place(seats, squares.length);
    const keys = pool(el.lastElementChild, STATES.length, () => {
      const row = make('div', 'row');
      const key = row.appendChild(make('span', 'key'));
      key.appendChild(make('i'));
      key.appendChild(make('span'));
      row.appendChild(make('b', 'nm'));
      return row;
    });
    STATES.forEach(([id, word], i) => {
      keys[i].firstElementChild.firstElementChild.className = 'seat ' + id;
      setText(keys[i].firstElementChild.lastElementChild, word);
      setText(keys[i].lastElementChild, f.count(told.states[id] || 0));
    });
  }

  /** 能放下全部方格的最大格宽。 */
  function place(box, n) {
    const width = box.clientWidth || 1;
    const height = box.clientHeight || width;
    let columns = 1;
    let size = 0;
    for (let c = 1; c <= n; c += 1) {
      const side = Math.min(width / (c + (c - 1) * GAP), height / (Math.ceil(n / c) * (1 + GAP) - GAP));
      if (side > size) { size = side; columns = c; }
    }
    const key = [columns, Math.floor(size * 10), n].join();
    if (box.dataset.placed === key) return;
    box.dataset.placed = key;
    const side = Math.floor(size * 10) / 10;
    box.style.gridTemplateColumns = 'repeat(' + columns + ',' + side + 'px)';
    box.style.gridAutoRows = side + 'px';
    box.style.gap = (side * GAP).toFixed(1) + 'px';
  }

  const BASIS = {
    yesterday: (cell) => (f.known(cell.cmp) ? '昨 ' + f.rate(cell.cmp) : ''),
    lowest: (cell, frame) => {
      const span = frame.s['calls.lowest24h'];
      return span && f.known(span.to) ? app.zone.day(span.to) : '';
    },
  };

  /** 各接通率的末行：昨日同时、最低窗口的日子。 */
  function callBasis(el, frame) {
    const cell = cellOf(frame, el.dataset.keys.split(' ')[0].slice(2));
    const write = BASIS[el.dataset.basis];
    setText(el, write && hasValue(cell) ? write(cell, frame) : '');
  }

  function sourceName(frame, id) {
    const source = (frame.sources || []).find((one) => one.id === id);
    return source || null;
  }

  /** 平时写本月、本年；迟滞、断线写停在何时、哪个来源；无数据写原因。 */
  function sinceWhen(el, frame) {
    const key = 'today.calls.' + el.dataset.cell;
    const cell = cellOf(frame, key);
    const parts = pool(el, 2, () => make('span'));
    const stale = cell.st === 'late' || cell.st === 'offline';
    const source = sourceName(frame, cell.src);
    parts[0].className = stale ? (cell.st === 'late' ? 'warn' : 'bad') : 'mut';
    parts[1].className = 'mut';
    if (stale) {
      setText(parts[0], source && f.known(source.last_at) ? '停在 ' + app.zone.time(source.last_at) : '旧值');
      setText(parts[1], source ? source.name : '');
    } else if (!hasValue(cell)) {
      setText(parts[0], cell.st === 'na' ? '本市不统计' : el.dataset.why);
      setText(parts[1], '');
    } else {
      ['month', 'year'].forEach((window, i) => {
        const other = cellOf(frame, window + '.calls.' + el.dataset.cell);
        const word = i ? '本年 ' : '本月 ';
        setText(parts[i], word + (hasValue(other) ? f.rate(other.v) : f.NO_VALUE));
      });
    }
  }

  /** 口径并列：代号、写法、是否采用、分子 / 分母、值。 */
  function variants(el, frame) {
    const rows = frame.t['calls.variants'] || [];
    if (empty(el, !rows.length)) return;
    const lines = pool(el, rows.length, () => {
      const line = make('div', 'r');
      ['dim', 'text', 'acc', 'mut nd', 'value'].forEach((name) => line.appendChild(make('span', name)));
      return line;
    });
    rows.forEach((row, i) => {
      const cell = cellOf(frame, row.key);
      const parts = lines[i].children;
      lines[i].dataset.card = row.key;
      setText(parts[0], row.mark);
      setText(parts[1], row.text);
      setText(parts[2], row.chosen ? '采用' : '');
      setText(parts[3], cell === ABSENT ? f.NO_VALUE : f.count(cell.n) + ' / ' + f.count(cell.d));
      setText(parts[4], hasValue(cell) ? f.rate(cell.v) + f.THIN + '%' : f.NO_VALUE);
    });
  }

  function callsName(el, frame) {
    const about = frame.s['calls.about'];
    setText(el, about ? about.name : '热线');
  }

  /** 总览的坐席一行：通话、空闲、共。 */
  function agentsBar(el, frame) {
    const told = frame.s['calls.agents'];
    if (empty(el, !told || !told.seats)) return;
    if (!el.firstElementChild) {
      el.appendChild(make('div', 'seg'));
      el.appendChild(make('div', 'row mut'));
    }
    const bars = pool(el.firstElementChild, STATES.length, () => make('i'));
    STATES.forEach(([id], i) => {
      bars[i].className = 'seat ' + id;
      bars[i].style.flexGrow = told.states[id] || 0;
      setClass(bars[i], 'gone', !told.states[id]);
    });
    const words = pool(el.lastElementChild, 3, () => make('span'));
    setText(words[0], '通话 ' + f.count(told.states.talking || 0));
    setText(words[1], '空闲 ' + f.count(told.states.idle || 0));
    setText(words[2], '共 ' + f.count(told.seats));
  }

  Object.assign(app.painters, { longest, queueLimits, agents, callBasis, sinceWhen, variants,
    callsName, agentsBar });
})((window.cityops = window.cityops || {}));
