/* 今日回放：逐时柱即时间轴，播放、暂停、拖动；每步一刻钟，增量累加，往回拖则从零重放。 */
(function (app) {
  'use strict';

  const f = app.format;
  const STEP_MS = 220;
  const LINGER_MS = 5000;
  const DAY_MS = 86400000;

  const cityDay = (ms) => new Intl.DateTimeFormat('en-CA', { timeZone: app.page.timezone }).format(ms);

  /** box：磁贴；view：地图视图；onStep()：图上的数变了。 */
  function createReplay(box, view, onStep) {
    const bars = box.querySelector('.lapse');
    const head = bars.appendChild(app.make('u', 'head gone'));
    const columns = bars.appendChild(app.make('div', 'cols'));
    const button = box.querySelector('.play');
    const clock = box.querySelector('.at-time');
    let steps = null;
    let start = 0;
    let vector = null;
    let done = -1; // 已加到第几步
    let timer = 0;
    let playing = false;
    let asked = 0;

    app.pool(columns, 24, () => app.make('i'));

    /** 柱：实时帧里的逐时上报。 */
    function paint(frame) {
      const series = frame && frame.s['hourly.reported'];
      const today = series ? series.today : [];
      const now = series ? Math.floor(series.now_h) : -1;
      const most = Math.max.apply(null, today.filter(f.known).concat(1));
      Array.from(columns.children).forEach((bar, h) => {
        const n = f.known(today[h]) ? today[h] : 0;
        bar.style.height = Math.max(2, (n / most) * 100).toFixed(1) + '%';
        app.setClass(bar, 'now', h === now);
        app.setClass(bar, 'none', !f.known(today[h]));
      });
      if (done < 0) app.setText(clock, now >= 0 ? now + ' 时　进行中' : '');
    }

    function load() {
      const choice = view.choice();
      asked += 1;
      const mine = asked;
      const level = view.level();
      const url = '/heat/replay/' + cityDay(app.now()) + '?measure=' + choice.measure + '&level=' + level;
      return fetch(url).then((answer) => {
        if (!answer.ok) throw new Error('replay ' + answer.status);
        return answer.json();
      }).then((told) => {
        if (mine !== asked) return false;
        const meta = view.meta();
        steps = told.steps.map((step) => ({ at: step.at, d: app.heatCode.bytesOf(step.d || '') }));
        start = dayStart();
        vector = app.heatCode.createVector(meta, choice.measure + '.today.' + level);
        vector.size = level === 'unit_cell' ? meta.n : meta.levels.find((one) => one.id === level).count;
        zero();
        return steps.length > 0;
      });
    }

    /** 城市零点：不必是 24 小时整，只取钟点反推。 */
    function dayStart() {
      const now = app.now();
      const [h, m] = app.zone.minute(now).split(':').map(Number);
      return now - ((h * 60 + m) * 60000 + (now % 60000));
    }

    function zero() {
      done = -1;
      app.heatCode.fill(vector, new Int32Array(vector.size).fill(vector.rate ? -1 : 0));
    }

    /** 到第 n 步；只有前进一步时才只画变了的。 */
    function go(n) {
      const to = Math.max(0, Math.min(steps.length - 1, n));
      const single = to === done + 1 && done >= 0;
      if (to < done) zero();
      let changed = [];
      while (done < to) {
        done += 1;
        changed = app.heatCode.change(vector, steps[done].d);
      }
      if (single && view.replaying()) view.touch(changed); else view.replay(vector);
      const at = steps[to].at;
      vector.total = vector.rate ? null : vector.values.reduce((sum, n) => sum + n, 0);
      vector.until = app.zone.minute(at);
      onStep();
      app.setText(clock, '回放　' + app.zone.minute(at));
      head.style.left = ((Math.min(DAY_MS, at - start) / DAY_MS) * 100).toFixed(2) + '%';
      app.setClass(head, 'gone', false);
      view.box.classList.add('replaying');
    }

    function tick() {
      if (!playing) return;
      if (done >= steps.length - 1) {
        playing = false;
        look();
        timer = setTimeout(stop, LINGER_MS);
        return;
      }
      go(done + 1);
      timer = setTimeout(tick, STEP_MS);
    }

    function look() {
      app.setText(button, playing ? '暂停' : done >= 0 ? '继续' : '播放');
      button.setAttribute('aria-pressed', String(playing));
    }

    function play() {
      clearTimeout(timer);
      const ready = steps ? Promise.resolve(true) : load();
      ready.then((some) => {
        if (!some) return;
        if (done >= steps.length - 1) zero();
        playing = true;
        look();
        tick();
      }).catch((error) => console.error('replay', error));
    }

    function pause() {
      playing = false;
      clearTimeout(timer);
      look();
    }

    /** 回到实时。 */
    function stop() {
      asked += 1;
      clearTimeout(timer);
      playing = false;
      if (steps) view.replay(null);
      steps = null;
      vector = null;
      done = -1;
      head.classList.add('gone');
      view.box.classList.remove('replaying');
      look();
      onStep();
      paint(app.live.frame());
    }

    function scrub(event) {
      const r = bars.getBoundingClientRect();
      const share = Math.max(0, Math.min(1, (event.clientX - r.left) / r.width));
      const at = start + share * DAY_MS;
      let n = steps.findIndex((step) => step.at >= at);
      if (n < 0) n = steps.length - 1;
      go(n);
    }

    bars.addEventListener('pointerdown', (event) => {
      bars.setPointerCapture(event.pointerId);
      pause();
      (steps ? Promise.resolve(true) : load()).then((some) => {
        if (!some) return;
        scrub(event);
        look();
      }).catch((error) => console.error('replay', error));
    });
    bars.addEventListener('pointermove', (event) => {
      if (event.buttons && steps && steps.length) scrub(event);
    });
    button.addEventListener('click', () => (playing ? pause() : play()));
    box.querySelector('.to-live').addEventListener('click', stop);
    look();
    return { paint, stop, active: () => done >= 0 };
  }

  app.createReplay = createReplay;
})((window.cityops = window.cityops || {}));
