/* 墙的启动：等 Dash 铺好版面，接上链路、绘制、轮播、时钟、口径卡、换版重载。 */
(function (app) {
  'use strict';

  const TICK_MS = 200;
  const IDLE_MS = 5000;

  app.page = JSON.parse(document.getElementById('cityops-page').textContent);
  app.zone = app.format.zoned(app.page.timezone);
  app.now = () => Date.now();

  const EMPTY = { m: {}, s: {}, t: {} }; // 第一帧之前：写“—”和“无数据”，不留白
  let wall = null; // 版面未到时帧先存着
  const at = app.askedFor(location.search); // 要看哪一刻；null 为此刻
  const playback = at === null ? null : app.createPlayback({ at, onFrame });
  app.playback = playback;
  const live = playback || app.createLive({ url: liveUrl, onFrame, onBeat });
  const reloader = app.createReloader({ build: app.page.build });
  app.now = live.now;
  app.live = live;
  app.screen = app.createScreen(live);
  if (app.heat && !playback) app.heat.follow(live);

  /** 授权没了：重新打开，服务器说明缘由。一分钟至多一次，不空转。 */
  live.on('ended', () => {
    const ENDED = 'cityops.ended';
    if (Date.now() - Number(sessionStorage.getItem(ENDED) || 0) < 60000) return;
    sessionStorage.setItem(ENDED, String(Date.now()));
    location.reload();
  });

  /** 有地图时另要热力；要哪些由 heat-data.js 说。 */
  function liveUrl() {
    const keys = app.heat ? app.heat.wanted() : [];
    return app.page.live + (keys.length ? '?heat=' + keys.join(',') : '');
  }

  function onFrame(frame, changed) {
    if (wall) wall.apply(frame, changed);
  }

  function onBeat(beat) {
    reloader.hear(beat.build);
  }

  function start(root) {
    const params = new URLSearchParams(location.search);
    const granted = (params.get('scenes') || '').split(',').filter(Boolean);
    const all = Array.from(root.querySelectorAll('[data-scene]'));
    const some = all.filter((scene) => granted.includes(scene.dataset.scene));
    const scenes = some.length ? some : all;
    const bindings = new Map(scenes.map((scene) => [scene, app.bind(scene)]));
    const tiles = new Map(scenes.map((scene) => [scene, app.findTiles(scene)]));
    const find = (selector) => root.querySelector(selector);
    const header = { wall: root, fresh: find('.fresh .state'), asOf: find('.as-of'),
      banner: find('.banner') };
    const card = app.createCard(find('.card'), live.frame);
    const dwell = Number(params.get('dwell')); // 网址里写的胜过服务器的排片
    const hold = Number(params.get('hold')) || app.page.hold_s;
    let second = 0;
    let minute = 0;

    const stage = app.createStage({
      still: Boolean(playback), // 回放时场景由人换
      scenes, nav: find('nav'), title: find('.ttl'), holdMs: hold * 1000,
      dwellMs: (dwell || app.page.dwell_s) * 1000,
      onShow: (scene) => app.paint(bindings.get(scene), live.frame() || EMPTY),
    });

    const sound = playback ? app.SILENT : app.createSound(find('.sound'));
    if (playback) app.createPlaybackBar(find('.playback'), playback);
    const alarms = app.createAlarms({ bar: find('.alarm-bar'), wall: root, stage, sound });

    function apply(frame, changed) {
      scenes.forEach((scene) => app.mark(bindings.get(scene), changed));
      paintVisible();
      if (frame.city && (!changed || changed.demo)) app.setClass(find('.demo'), 'gone', !frame.demo);
      if (frame.city && (!changed || changed.city)) app.setText(find('.org'), frame.city.title);
      card.refresh();
      states();
      app.painted = (app.painted || 0) + 1;
      app.paintedAt = performance.now();
    }

    function paintVisible() {
      const frame = live.frame() || EMPTY;
      stage.visible().forEach((scene) => app.paint(bindings.get(scene), frame));
    }

    function states() {
      const link = live.status();
      app.paintHeader(header, link);
      if (playback) app.paintPlayback(header.banner, playback);
      stage.visible().forEach((scene) =>
        app.paintTiles(tiles.get(scene), live.frame(), link, live.now()));
      alarms.tick(live.frame(), live.now());
    }

    /** 每秒：钟、日期、随时间走的列表。午夜到了日期自己换。 */
    function everySecond(now) {
      app.setText(find('.clk'), app.zone.time(now));
      app.setText(find('.date'), app.zone.date(now));
      root.querySelectorAll('.until').forEach((el) => app.setText(el, '0:00–' + app.zone.minute(now)));
      root.querySelectorAll('.year-to-date').forEach((el) =>
        app.setText(el, '1月1日–' + app.zone.day(now)));
      const ageing = new Set(Array.from(root.querySelectorAll('[data-every]')));
      scenes.forEach((scene) => bindings.get(scene).forEach((b) => {
        if (ageing.has(b.el)) b.dirty = true;
      }));
      paintVisible();
      if (Math.floor(now / 60000) !== minute) {
        minute = Math.floor(now / 60000);
        reloader.nightly(app.zone.hour(now), Number(app.zone.minute(now).slice(3)));
      }
    }

    function tick() {
      const now = live.now();
      if (Math.floor(now / 1000) !== second) {
        second = Math.floor(now / 1000);
        everySecond(now);
      }
      states();
      stage.tick();
    }

    /** 尺寸变了：放得下几行要重算。 */
    function resized() {
      scenes.forEach((scene) => app.mark(bindings.get(scene), null));
      paintVisible();
    }

    /** 指针不动就收起：墙上没有鼠标。 */
    let resting = 0;
    document.addEventListener('pointermove', () => {
      clearTimeout(resting);
      document.body.classList.remove('idle');
      resting = setTimeout(() => document.body.classList.add('idle'), IDLE_MS);
    });

    let settling = 0;
    window.addEventListener('resize', () => {
      clearTimeout(settling);
      settling = setTimeout(resized, 150);
    });
    if (document.fonts) document.fonts.ready.then(resized);
    app.stage = stage;
    app.sound = sound;
    app.screen.attach({ stage, sound, dwell, wall: root });
    if (app.startMaps) app.startMaps(root);
    wall = { apply };
    if (live.frame() || playback) apply(live.frame() || EMPTY, null);
    tick();
    setInterval(tick, TICK_MS);
  }

  /** 版面里只供显示的部分以文字送来（layouts/folded.py），绑定之前展开。 */
  function unfold(root) {
    const parts = Array.from(root.querySelectorAll('[data-html]'));
    if (root.dataset.html) parts.push(root);
    parts.forEach((el) => {
      el.innerHTML = el.dataset.html;
      delete el.dataset.html;
    });
    return root;
  }

  function await_(then) {
    const found = document.getElementById('wall');
    if (found) return then(unfold(found));
    const watcher = new MutationObserver(() => {
      const root = document.getElementById('wall');
      if (!root) return;
      watcher.disconnect();
      then(unfold(root));
    });
    watcher.observe(document, { childList: true, subtree: true });
    return undefined;
  }

  await_(start);
})((window.cityops = window.cityops || {}));
