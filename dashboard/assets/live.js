/* 实时链路：EventSource → 关键帧与增量合并 → 来了就写上，密集时每个动画帧至多一次。
   不经 Dash 回调：实时值若成为回调输入，渲染器会无限保留历史。 */
(function (app) {
  'use strict';

  const SILENCE_MS = 6000; // 心跳每秒一次；静默即重开，不看连接是否“打开”
  const LATE_MS = 3000;
  const OFFLINE_MS = 10000;
  const OFFSET_BEATS = 10;
  const SET_BACK_MS = 60000; // 偏移骤降超过一分钟不是延迟，是服务器的钟往回拨了
  const DENSE_MS = 50; // 比这还密就攒到动画帧，别的时候不等它：少半帧到一帧的延迟
  const SECTIONS = { m: 1, s: 1, t: 1 };

  /** 把一个增量写进帧；增量路径为“段.键”或顶层名。 */
  function merge(frame, delta, changed) {
    Object.keys(delta.set).forEach((path) => {
      const dot = path.indexOf('.');
      const section = dot > 0 ? path.slice(0, dot) : '';
      if (SECTIONS[section]) frame[section][path.slice(dot + 1)] = delta.set[path];
      else frame[path] = delta.set[path];
      changed[path] = true;
    });
    frame.seq = delta.seq;
    frame.as_of = delta.as_of;
  }

  /** 服务器时钟：心跳中偏移最大者延迟最小；本机改钟不影响（单调时钟为底）。 */
  function serverClock() {
    const offsets = [];
    let offset = Date.now() - performance.now();
    return {
      hear(serverMs) {
        if (serverMs - performance.now() < offset - SET_BACK_MS) offsets.length = 0;
        offsets.push(serverMs - performance.now());
        if (offsets.length > OFFSET_BEATS) offsets.shift();
        offset = Math.max.apply(null, offsets);
      },
      now: () => performance.now() + offset,
    };
  }

  /** 打开 /live。onFrame(frame, changed)：changed 为 null 表示整帧；onBeat(beat)。
      url：地址，或给出地址的函数（每次打开时问一次）。on(事件, 处理)：其他事件，如热力。 */
  function createLive(options) {
    const clock = serverClock();
    let source = null;
    let frame = null;
    let changed = null; // 未应用的键
    let pending = false;
    let applied = -DENSE_MS; // 最近一次应用
    let lastHeard = performance.now();
    let watched = lastHeard; // 看门狗的起点：最近一次听到或打开
    let retryAt = 0;
    let dataAt = null;
    let redisOk = true;
    let accountsOk = true;
    let opened = 0;
    const started = performance.now();
    const others = {}; // 事件名 → 处理
    let heardAt = started; // 最近一次收到帧；心跳不算

    function flush() {
      pending = false;
      applied = performance.now();
      const keys = changed;
      changed = {};
      options.onFrame(frame, keys);
    }

    function schedule() {
      if (pending) return;
      if (!document.hidden && performance.now() - applied > DENSE_MS) {
        flush();
        return;
      }
      pending = true;
      requestAnimationFrame(flush);
    }

    function heard(event) {
      lastHeard = performance.now();
      watched = lastHeard;
      return JSON.parse(event.data);
    }

    function onKey(event) {
      frame = heard(event);
      heardAt = lastHeard;
      dataAt = dataAt === null ? frame.as_of : Math.max(dataAt, frame.as_of);
      changed = null;
      schedule();
    }

    function onDelta(event) {
      const delta = heard(event);
      if (!frame || delta.base !== frame.seq) {
        reopen(0);
        return;
      }
      merge(frame, delta, changed || {});
      heardAt = lastHeard;
      dataAt = Math.max(dataAt || 0, delta.as_of);
      schedule();
    }

    function onBeat(event) {
      const beat = heard(event);
      clock.hear(beat.now);
      redisOk = beat.redis_ok;
      accountsOk = beat.accounts_ok !== false;
      if (beat.data_at) dataAt = beat.data_at;
      if (options.onBeat) options.onBeat(beat);
    }

    function open() {
      retryAt = 0;
      opened += 1;
      watched = performance.now();
      source = new EventSource(typeof options.url === 'function' ? options.url() : options.url);
      source.addEventListener('key', onKey);
      source.addEventListener('delta', onDelta);
      source.addEventListener('beat', onBeat);
      Object.keys(others).forEach(listen);
      source.onerror = () => {
        // 非 200 时浏览器不再自动重连
        if (source && source.readyState === EventSource.CLOSED) reopen(1000);
      };
    }

    function listen(name) {
      source.addEventListener(name, (event) => others[name](heard(event)));
    }

    function on(name, handle) {
      others[name] = handle;
      if (source) listen(name);
    }

    /** 要的东西变了：换一条连接，数据龄照旧。 */
    function again() {
      if (!source) return;
      source.close();
      open();
    }

    function reopen(wait) {
      if (source) source.close();
      source = null;
      if (!retryAt) retryAt = performance.now() + wait + Math.random() * 2000;
    }

    /** 每 200 ms 一次：看门狗。 */
    function watch() {
      const now = performance.now();
      if (source && now - watched > SILENCE_MS) reopen(0);
      if (!source && now >= retryAt) open();
    }

    /** 数据龄按服务器时钟：live | late | offline | connecting，及停在何时。 */
    function status() {
      const silent = performance.now() - lastHeard;
      if (dataAt === null) {
        const waited = performance.now() - started;
        return { state: waited > OFFLINE_MS || opened > 1 ? 'offline' : 'connecting', age: waited,
          dataAt: null, redisOk, accountsOk, heard: silent < SILENCE_MS };
      }
      const age = Math.max(0, clock.now() - dataAt);
      const state = age > OFFLINE_MS ? 'offline' : age > LATE_MS ? 'late' : 'live';
      return { state, age, dataAt, redisOk, accountsOk, heard: silent < SILENCE_MS };
    }

    open();
    const timer = setInterval(watch, 200);
    return {
      status,
      now: clock.now,
      frame: () => frame,
      opened: () => opened,
      silentMs: () => performance.now() - heardAt,
      on,
      again,
      close: () => { clearInterval(timer); reopen(0); },
    };
  }

  app.merge = merge;
  app.createLive = createLive;
})((window.cityops = window.cityops || {}));
