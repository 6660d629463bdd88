/* 换版重载：随机 0–30 s、/healthz 正常才重载，同一版本只试一次；每夜安静时另重载一次。 */
(function (app) {
  'use strict';

  const SPREAD_MS = 30000;
  const RETRY_MS = 5000;
  const GUARD_MS = 10 * 60 * 1000; // 同一目标版本十分钟内不再重载
  const TRIED = 'cityops.reload';
  const QUIET_HOUR = 3;
  const MIN_AGE_MS = 2 * 3600 * 1000;

  function triedLately(build) {
    try {
      const tried = JSON.parse(sessionStorage.getItem(TRIED) || '{}');
      return tried.build === build && Date.now() - tried.at < GUARD_MS;
    } catch (error) {
      return false;
    }
  }

  function whenHealthy(then) {
    fetch('/healthz', { cache: 'no-store' })
      .then((answer) => { if (answer.ok) then(); else throw new Error(String(answer.status)); })
      .catch(() => setTimeout(() => whenHealthy(then), RETRY_MS));
  }

  function createReloader(options) {
    const reload = options.reload || (() => location.reload());
    const spread = options.spreadMs === undefined ? SPREAD_MS : options.spreadMs;
    const started = performance.now();
    const quietMinute = Math.floor(Math.random() * 50);
    let planned = false;

    function plan(build, wait) {
      if (planned) return;
      planned = true;
      setTimeout(() => whenHealthy(() => {
        sessionStorage.setItem(TRIED, JSON.stringify({ build, at: Date.now() }));
        reload();
      }), wait);
    }

    return {
      /** 心跳带来的版本与本页不同即重载。 */
      hear(build) {
        if (!build || build === options.build || triedLately(build)) return;
        plan(build, Math.random() * spread);
      },
      /** 每分钟：凌晨三点档、开了两小时以上，重载一次，场景不变。 */
      nightly(hour, minute) {
        if (hour !== QUIET_HOUR || minute !== quietMinute) return;
        if (performance.now() - started > MIN_AGE_MS) plan('nightly', 0);
      },
    };
  }

  app.createReloader = createReloader;
})((window.cityops = window.cityops || {}));
