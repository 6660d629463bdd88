/* 回放条：哪一天、哪一分、播放与倍速、逐分、回到实时。缺的时段在时间轴上就是缺口。 */
(function (app) {
  'use strict';

  const { make, glyph, setText, setClass, pool } = app;
  const MINUTE_MS = 60000;
  const DAY = 1440;
  const SPEEDS = [1, 10, 60];
  const IDLE_LIVE_MS = 15 * MINUTE_MS; // 没有人动多久就回到实时
  const GAP_MS = 1500; // 缺口上停多久再跳过去

  const hourMark = (h) => String(h).padStart(2, '0') + ':00';

  function button(className, text, title) {
    const el = make('button', className, text);
    el.type = 'button';
    if (title) el.title = title;
    return el;
  }

  function build(bar) {
    const el = {};
    const put = (name, node, into) => { el[name] = (into || bar).appendChild(node); return node; };
    const acts = bar.appendChild(make('div', 'acts'));
    put('back', button('step', '−1 分', '上一分钟（,）'), acts);
    put('play', button('play', '播放', '播放、暂停（空格）'), acts);
    put('next', button('step', '+1 分', '下一分钟（.）'), acts);
    el.speeds = SPEEDS.map((speed) => acts.appendChild(button('speed', speed + '×',
      '每秒 ' + (speed >= 60 ? speed / 60 + ' 分钟' : speed + ' 秒'))));
    put('days', make('div', 'days-kept'));
    const line = put('line', make('div', 'timeline'));
    put('track', make('div', 'track'), line);
    put('marks', make('div', 'hours-of-day'), line);
    pool(el.marks, 9, (i) => make('span', i % 2 ? 'minor' : '', hourMark(i * 3)));
    Array.from(el.marks.children).forEach((mark, i) => { mark.style.left = (i / 8) * 100 + '%'; });
    const range = put('range', make('input'), line);
    Object.assign(range, { type: 'range', min: 0, max: DAY - 1, step: 1 });
    range.setAttribute('aria-label', '回放时刻');
    put('live', button('to-live', '回到实时', '回到实时（Esc）'));
    return el;
  }

  /** bar：放在哪；playback：见 playback.js。 */
  function createPlaybackBar(bar, playback) {
    const el = build(bar);
    let speed = 60;
    let playing = false;
    let timer = 0;
    let idle = 0;

    /** 城市日：零点所在的分。 */
    function dayOf(minute) {
      const [h, m] = app.cityTime(minute * MINUTE_MS).slice(11).split(':').map(Number);
      return minute - h * 60 - m;
    }

    /** 留存跨过的各日，从早到晚。 */
    function days() {
      const found = [];
      if (playback.first() === null) return found;
      for (let at = dayOf(playback.first()); at <= playback.last(); at = dayOf(at + DAY + 120)) found.push(at);
      return found;
    }

    const here = () => (playback.minute() === null ? playback.last() : playback.minute());

    function paint() {
      const minute = here();
      const none = minute === null;
      [el.back, el.next, el.play, el.range].forEach((one) => { one.disabled = none; });
      setText(el.play, playing ? '暂停' : '播放');
      el.play.setAttribute('aria-pressed', String(playing));
      el.speeds.forEach((one, i) => {
        setClass(one, 'on', SPEEDS[i] === speed);
        one.setAttribute('aria-pressed', String(SPEEDS[i] === speed));
      });
      if (none) return;
      const start = dayOf(minute);
      paintDays(start);
      paintTrack(start);
      el.range.value = minute - start;
      el.range.setAttribute('aria-valuetext', app.cityTime(minute * MINUTE_MS).replace('T', ' ')
        + (playback.kept(minute) ? '' : ' 无记录'));
    }

    function paintDays(start) {
      const all = days();
      if (all.indexOf(start) < 0) all.push(start);
      const buttons = pool(el.days, all.length, () => button('day', ''));
      all.forEach((at, i) => {
        setText(buttons[i], app.cityTime(at * MINUTE_MS).slice(5, 10));
        buttons[i].dataset.day = at;
        setClass(buttons[i], 'on', at === start);
        buttons[i].setAttribute('aria-pressed', String(at === start));
      });
    }

    /** 有记录的时段是实的，其余是缺口。 */
    function paintTrack(start) {
      const mine = playback.runs().filter((run) => run[0] < start + DAY && run[0] + run[1] > start);
      const spans = pool(el.track, mine.length, () => make('i'));
      mine.forEach((run, i) => {
        const from = Math.max(run[0], start) - start;
        const to = Math.min(run[0] + run[1], start + DAY) - start;
        spans[i].style.left = ((from / DAY) * 100).toFixed(3) + '%';
        spans[i].style.width = (((to - from) / DAY) * 100).toFixed(3) + '%';
      });
    }

    function pause() {
      playing = false;
      clearTimeout(timer);
      paint();
    }

    function go(minute) {
      if (minute === null) return;
      pause();
      playback.show(Math.max(playback.first(), Math.min(playback.last(), minute)));
    }

    /** 一步：下一分；缺口说一声“无记录”再跳到有记录的一分；到头就停。 */
    function advance() {
      if (!playing) return;
      const from = playback.minute();
      const next = playback.following(from);
      if (next === null) {
        pause();
        return;
      }
      const to = next > from + 1 && playback.kept(from) ? from + 1 : next;
      const began = performance.now();
      playback.show(to).then(() => {
        if (!playing) return;
        playback.ahead(to);
        const pace = playback.kept(to) ? MINUTE_MS / speed : Math.min(GAP_MS, MINUTE_MS / speed);
        timer = setTimeout(advance, Math.max(0, pace - (performance.now() - began)));
      });
    }

    function play() {
      if (here() === null) return;
      playing = true;
      if (playback.minute() === null || playback.following(playback.minute()) === null) {
        playback.show(playback.first());
      }
      playback.ahead(playback.minute());
      paint();
      clearTimeout(timer);
      timer = setTimeout(advance, MINUTE_MS / speed);
    }

    function live() {
      const params = new URLSearchParams(location.search);
      params.delete('at');
      const rest = params.toString();
      location.assign(location.pathname + (rest ? '?' + rest : ''));
    }

    function choose(next) {
      speed = next;
      if (playing) play(); else paint();
    }

    /** 没有人动、也没有在放：墙自己回到实时，不会停在过去。 */
    function keep() {
      clearTimeout(idle);
      idle = setTimeout(() => (playing ? keep() : live()), IDLE_LIVE_MS);
    }

    const toggle = () => (playing ? pause() : play());
    const step = (by) => go(here() === null ? null : here() + by);

    const KEYS = {
      ' ': toggle, ',': () => step(-1), '.': () => step(1), Escape: live,
      Home: () => go(playback.first()), End: () => go(playback.last()),
    };

    /** 先于轮播的按键：空格、逗号、句号、Home、End、Esc；方向键仍换场景，滑块上则逐分。 */
    document.addEventListener('keydown', (event) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const onBar = bar.contains(event.target);
      if (onBar && event.target !== el.range && event.key === ' ') {
        event.stopPropagation(); // 按钮自己的空格
        return;
      }
      const act = KEYS[event.key];
      if (act) {
        event.preventDefault();
        event.stopPropagation();
        act();
      } else if (event.target === el.range) event.stopPropagation();
    }, true);

    ['pointerdown', 'keydown', 'wheel'].forEach((name) =>
      document.addEventListener(name, keep, { capture: true, passive: true }));
    keep();

    el.back.addEventListener('click', () => step(-1));
    el.next.addEventListener('click', () => step(1));
    el.play.addEventListener('click', toggle);
    el.live.addEventListener('click', live);
    el.speeds.forEach((one, i) => one.addEventListener('click', () => choose(SPEEDS[i])));
    el.range.addEventListener('input', () => go(dayOf(here()) + Number(el.range.value)));
    el.days.addEventListener('click', (event) => {
      const day = event.target.closest('[data-day]');
      if (day) go(Number(day.dataset.day) + here() - dayOf(here()));
    });
    playback.listen(paint);
    paint();
    return { paint, play, pause, playing: () => playing };
  }

  /** 页眉的横幅：写明是回放、是哪一刻；没有记录就说没有。 */
  function paintPlayback(banner, playback) {
    const minute = playback.minute();
    const missing = playback.status().state === 'norecord';
    const name = 'banner back' + (missing ? ' missing' : '');
    if (banner.className !== name || !banner.firstElementChild) {
      banner.className = name;
      banner.textContent = '';
      banner.appendChild(glyph('rewind'));
      banner.appendChild(make('span'));
    }
    const at = minute === null ? '' : app.zone.date(minute * MINUTE_MS) + ' ' + app.zone.minute(minute * MINUTE_MS);
    const said = playback.trouble() || (missing ? at + '　无记录' : at);
    setText(banner.lastElementChild, '回放　' + (playback.status().state === 'connecting' ? '正在取' : said));
  }

  Object.assign(app, { createPlaybackBar, paintPlayback });
})((window.cityops = window.cityops || {}));
