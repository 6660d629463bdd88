/* 回放：/wall?at=… 时代替实时链路。每分钟一幅，取自 /replay/，与实时同一套绘制；
   钟停在那一幅发布的时刻，数据龄、倒计时、快讯都以它为准，从不像实时。缺的分钟写“无记录”。 */
(function (app) {
  'use strict';

  const MINUTE_MS = 60000;
  const KEPT_MAX = 90; // 手边留多少幅
  const AHEAD = 3; // 播放时先取几幅
  const LEARN_MS = 60000; // 多久看一次又记了哪些
  const NOTHING = { m: {}, s: {}, t: {} };

  /** 网址里要看的时刻；null 为实时。 */
  function askedFor(search) {
    return new URLSearchParams(search).get('at');
  }

  /** 城市时间：2026-11-25T14:30。 */
  function written(ms) {
    const writer = new Intl.DateTimeFormat('en-CA', { timeZone: app.page.timezone, hourCycle: 'h23',
      year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit' });
    const p = {};
    writer.formatToParts(ms).forEach((one) => { p[one.type] = one.value; });
    return p.year + '-' + p.month + '-' + p.day + 'T' + p.hour + ':' + p.minute;
  }

  const covers = (run, minute) => minute >= run[0] && minute < run[0] + run[1];

  /** 与 createLive 同形。onFrame(frame, null)：换了一幅；onChange()：时刻、状态、留存变了。 */
  function createPlayback(options) {
    const store = new Map(); // 分 → Promise<{ frame, shownAt, map } | null>
    const listeners = [];
    let runs = [];
    let minute = null; // 正在看的分
    let shown = null; // 画着的那一幅；null 为没有
    let state = 'connecting';
    let trouble = ''; // 要说给人看的话
    let turn = 0;
    let serverAhead = 0;

    const tell = () => listeners.forEach((listener) => listener());
    const kept = (m) => runs.some((run) => covers(run, m));
    const first = () => (runs.length ? runs[0][0] : null);
    const last = () => (runs.length ? runs[runs.length - 1][0] + runs[runs.length - 1][1] - 1 : null);

    function fetchMinute(m) {
      return fetch('/replay/frame/' + m).then((answer) => {
        if (answer.status === 404) return null;
        if (!answer.ok) throw new Error('/replay/frame ' + answer.status);
        return answer.json().then((frame) => ({ frame, shownAt: Number(answer.headers.get('x-shown-at')),
          map: (answer.headers.get('x-map') || '').split(',').filter(Boolean) }));
      });
    }

    function get(m) {
      if (!store.has(m)) {
        const found = fetchMinute(m);
        store.set(m, found);
        found.catch(() => store.delete(m));
        if (store.size > KEPT_MAX) store.delete(store.keys().next().value);
      }
      return store.get(m);
    }

    /** 到某一分。没有记录的写“无记录”，绝不拿邻近的数来充。 */
    function show(m) {
      minute = m;
      turn += 1;
      const mine = turn;
      remember(m);
      if (!kept(m)) {
        accept(null, 'norecord', '');
        return Promise.resolve(false);
      }
      state = shown ? state : 'connecting';
      tell();
      return get(m).then((found) => {
        if (mine !== turn) return false;
        accept(found, found ? 'replay' : 'norecord', '');
        return Boolean(found);
      }).catch(() => {
        if (mine === turn) accept(null, 'norecord', '取不到这一分钟的记录，稍后再试');
        return false;
      });
    }

    function accept(found, next, text) {
      shown = found;
      state = next;
      trouble = text;
      options.onFrame(frame() || NOTHING, null);
      if (app.heat) app.heat.renew();
      tell();
    }

    const frame = () => (shown ? shown.frame : null);
    const now = () => (shown ? shown.shownAt : minute === null ? Date.now() + serverAhead
      : minute * MINUTE_MS);

    /** 网址跟着走：刷新、转发都还是这一刻。 */
    function remember(m) {
      const params = new URLSearchParams(location.search);
      params.set('at', written(m * MINUTE_MS));
      const query = params.toString().replace(/%3A/g, ':').replace(/%2C/g, ',');
      history.replaceState(null, '', location.pathname + '?' + query);
    }

    function learn(at) {
      const query = at === null ? '' : '?at=' + encodeURIComponent(at);
      return fetch('/replay/index' + query, { cache: 'no-store' }).then((answer) => {
        if (!answer.ok) throw new Error('/replay/index ' + answer.status);
        return answer.json();
      }).then((told) => {
        runs = told.runs;
        serverAhead = told.now - Date.now();
        return told;
      });
    }

    function begin() {
      learn(options.at).then((told) => {
        if (told.asked.state === 'kept' || told.asked.state === 'gap') return show(told.asked.minute);
        return accept(null, 'norecord', told.asked.text);
      }).catch(() => {
        accept(null, 'norecord', '回放暂不可用，稍后再试');
        setTimeout(begin, 5000);
      });
    }

    begin();
    setInterval(() => learn(null).then(tell).catch(() => undefined), LEARN_MS);
    return {
      status: () => ({ state, age: shown ? Math.max(0, shown.shownAt - shown.frame.as_of) : 0,
        dataAt: shown ? shown.frame.as_of : null, redisOk: true, accountsOk: true, heard: true }),
      now,
      frame,
      opened: () => 0,
      silentMs: () => 0,
      on() {},
      again() {},
      close() {},
      show,
      minute: () => minute,
      trouble: () => trouble,
      runs: () => runs,
      kept,
      first,
      last,
      /** 之后最近的一分有记录的；没有为 null。 */
      following(m) {
        const run = runs.find((one) => one[0] + one[1] > m + 1);
        return run ? Math.max(run[0], m + 1) : null;
      },
      ahead(m) { for (let i = 1; i <= AHEAD; i += 1) if (kept(m + i)) get(m + i); },
      ready: (m) => get(m),
      mapped: (base) => Boolean(shown) && shown.map.indexOf(base) >= 0,
      /** 热力从哪取；null 为此刻没有。 */
      heatUrl: (key) => (shown ? '/replay/heat/' + minute + '/' + key : null),
      listen: (listener) => listeners.push(listener),
    };
  }

  Object.assign(app, { createPlayback, askedFor, cityTime: written });
  if (askedFor(location.search) !== null) document.documentElement.classList.add('replay');
})((window.cityops = window.cityops || {}));
