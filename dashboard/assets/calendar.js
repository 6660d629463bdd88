/* 全年日历：一格一天，异常格必有字形。平铺 53 周；手机上十二个月各成一块。 */
(function (app) {
  'use strict';

  const { make, glyph, pool, setText, setClass, empty } = app;
  const LOOK = {
    n: ['n', '', '正常'],
    d: ['d', 'warn', '劣化'],
    m: ['m', '', '维护'],
    u: ['u', 'ring', '含未知'],
    q: ['q', 'ask', '待核'],
    x: ['x', 'cross', '故障'],
    '-': ['off', '', '未纳入'],
    '.': ['ahead', '', '未到'],
  };
  const SHOWN = ['n', 'd', 'm', 'u', 'q', 'x'];
  const WEEKDAYS = ['一', '', '三', '', '五', '', '日'];
  const small = window.matchMedia('(max-width:700px),(max-height:500px)');
  const DAY_MS = 86400000;
  const RECENT_DAYS = 30; // 一行时至多这么多天
  const RECENT_REM = 1.1; // 七行时一格至少这么高
  const WORD_REM = 1.5; // 格子下面那行字

  /** 一年各日：月、日、星期（0 = 周一）、第几周。只是历法，不涉时区。 */
  function daysOf(calendar) {
    const first = Date.UTC(calendar.year, 0, 1);
    return Array.from(calendar.days, (letter, i) => {
      const date = new Date(first + i * DAY_MS);
      const slot = i + calendar.weekday - 1;
      return { letter, month: date.getUTCMonth(), date: date.getUTCDate(), row: slot % 7,
        week: Math.floor(slot / 7) };
    });
  }

  function draw(cell, day, i, calendar) {
    const look = LOOK[day.letter] || LOOK['.'];
    const fixed = calendar.corrected.indexOf(i) >= 0;
    const name = 'day ' + look[0] + (i === calendar.today ? ' today' : '') + (fixed ? ' fixed' : '');
    if (cell.className !== name) {
      cell.className = name;
      cell.textContent = '';
      if (look[1]) cell.appendChild(glyph(look[1]));
    }
    cell.title = day.month + 1 + '月' + day.date + '日　' + look[2] + (fixed ? '　有人工更正' : '');
  }

  function calendar(el, frame) {
    const told = frame.s['platform.calendar'];
    if (empty(el, !told)) return;
    if (!el.firstElementChild) ['names', 'weekdays', 'days-box'].forEach((c) => el.appendChild(make('div', c)));
    const days = daysOf(told);
    const [names, weekdays, box] = el.children;
    setClass(el, 'months', small.matches);
    const cells = pool(box, days.length, () => make('i'));
    days.forEach((day, i) => draw(cells[i], day, i, told));
    if (small.matches) months(names, weekdays, cells, days);
    else weeks(el, names, weekdays, cells, days);
  }

  /** 53 或 54 周一行排开；格宽由盒子定，取正方。 */
  function weeks(el, names, weekdays, cells, days) {
    const count = days[days.length - 1].week + 1;
    const rem = app.charts.rem();
    const side = Math.max(4, Math.min((el.clientWidth - 2.25 * rem) / count, (el.clientHeight - 1.75 * rem) / 7));
    const pitch = Math.floor(side * 100) / 100;
    el.style.setProperty('--pitch', pitch + 'px');
    days.forEach((day, i) => put(cells[i], day.week * pitch, day.row * pitch));
    const starts = days.filter((day) => day.date === 1);
    const marks = pool(names, starts.length, () => make('span', 'dim'));
    starts.forEach((day, i) => {
      setText(marks[i], day.month + 1 + '月');
      put(marks[i], (day.week + (day.row > 3 ? 1 : 0)) * pitch, 0);
    });
    const rows = pool(weekdays, 7, () => make('span', 'dim'));
    WEEKDAYS.forEach((word, i) => { setText(rows[i], word); put(rows[i], 0, i * pitch); });
  }

  /** 三列四行，每月一块。 */
  function months(names, weekdays, cells, days) {
    const box = names.parentNode;
    const rem = app.charts.rem();
    const gap = 0.75 * rem;
    const width = (box.clientWidth - 2 * gap) / 3;
    const pitch = Math.floor((width / 7) * 100) / 100;
    const tall = 6 * pitch + 1.75 * rem;
    box.style.setProperty('--pitch', pitch + 'px');
    box.style.height = 4 * tall + 'px';
    pool(weekdays, 0, () => make('span'));
    const marks = pool(names, 12, () => make('span', 'dim'));
    const left = (month) => (month % 3) * (width + gap);
    const top = (month) => Math.floor(month / 3) * tall;
    const first = {};
    days.forEach((day, i) => {
      if (day.date === 1) {
        first[day.month] = day.week;
        setText(marks[day.month], day.month + 1 + '月');
        put(marks[day.month], left(day.month), top(day.month));
      }
      put(cells[i], left(day.month) + day.row * pitch,
        top(day.month) + 1.375 * rem + (day.week - first[day.month]) * pitch);
    });
  }

  function put(el, left, top) {
    el.style.left = left.toFixed(1) + 'px';
    el.style.top = top.toFixed(1) + 'px';
  }

  /** 图例带天数：没有的状态不写，正常总写。 */
  function calendarKeys(el, frame) {
    const told = frame.s['platform.calendar'];
    const shown = told ? SHOWN.filter((letter) => letter === 'n' || told.counts[letter]) : [];
    const keys = pool(el, shown.length, () => {
      const key = make('span', 'key');
      key.appendChild(make('i'));
      key.appendChild(make('span'));
      return key;
    });
    shown.forEach((letter, i) => {
      const look = LOOK[letter];
      const swatch = keys[i].firstElementChild;
      if (swatch.className !== 'day ' + look[0]) {
        swatch.className = 'day ' + look[0];
        swatch.textContent = '';
        if (look[1]) swatch.appendChild(glyph(look[1]));
      }
      setText(keys[i].lastElementChild, look[2] + ' ' + (told.counts[letter] || 0));
    });
  }

  function calendarYear(el, frame) {
    const told = frame.s['platform.calendar'];
    setText(el, told ? String(told.year) : '');
  }

  /** 总览的平台条宽裕时：近几周一行，或七行的周历；末格是今日。 */
  function recentDays(el, frame) {
    const told = frame.s['platform.calendar'];
    if (!el.clientHeight || empty(el, !told)) return;
    if (!el.firstElementChild) ['days-box', 'dim'].forEach((c) => el.appendChild(make('div', c)));
    const [box, word] = el.children;
    const rem = app.charts.rem();
    const room = el.clientHeight - WORD_REM * rem;
    const tall = room >= 7 * RECENT_REM * rem;
    const pitch = tall ? room / 7 : Math.min(room, box.clientWidth / RECENT_DAYS);
    const columns = Math.floor(box.clientWidth / pitch + 0.01);
    box.style.height = (tall ? room : pitch) + 'px';
    const past = daysOf(told).slice(0, told.today + 1);
    const last = past[past.length - 1];
    const shown = tall ? past.filter((day) => day.week > last.week - columns) : past.slice(-columns);
    el.style.setProperty('--pitch', pitch.toFixed(2) + 'px');
    const cells = pool(box, shown.length, () => make('i'));
    shown.forEach((day, i) => {
      draw(cells[i], day, past.length - shown.length + i, told);
      put(cells[i], (tall ? day.week - shown[0].week : i) * pitch, tall ? day.row * pitch : 0);
    });
    setText(word, '近 ' + shown.length + ' 天');
  }

  Object.assign(app.painters, { calendar, calendarKeys, calendarYear, recentDays });
})((window.cityops = window.cityops || {}));
