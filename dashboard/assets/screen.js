/* 屏幕是设备：从 /live 听自己的排片与遥控，每半分钟向服务器报一次心跳。
   服务器说了“你是哪块屏”才开始；人看的页面什么也不报。 */
(function (app) {
  'use strict';

  const SETTINGS = 'cityops.screen'; // 排片留一份：账号库坏着重启，墙照旧
  const DONE = 'cityops.orders';
  const DONE_KEPT = 8;
  const FIRST_MS = 3000;
  const SAMPLE_MS = 1000; // 每次心跳数一秒的动画帧
  const MEMORY = window.performance.memory; // Chromium 才有
  const USUAL = { scenes: [], dwell_s: 0, grid: '' };

  function remembered(store, key, otherwise) {
    try {
      return JSON.parse(store.getItem(key)) || otherwise;
    } catch (error) {
      return otherwise;
    }
  }

  /** 一秒里画了几帧；窗口被遮住或显卡停住时浏览器不给动画帧，就是 0。 */
  function framesPerSecond(then) {
    const began = performance.now();
    let count = 0;
    let running = true;
    const step = () => {
      count += 1;
      if (running) requestAnimationFrame(step);
    };
    requestAnimationFrame(step);
    setTimeout(() => {
      running = false;
      then(Math.round((count * 1000) / (performance.now() - began)));
    }, SAMPLE_MS);
  }

  /** 链路一开就听；版面到了再 attach，之前听到的留着。 */
  function createScreen(live) {
    let stage = null;
    let sound = null;
    let wall = null;
    let ownDwell = 0; // 网址里写的停留秒数
    let early = []; // 版面未到时听到的
    let told = null; // 服务器说的：{ id, name, beat_s, settings }
    let timer = 0;
    let done = remembered(sessionStorage, DONE, []); // [编号, 结果]；结果空为照办

    const trouble = (event) => {
      app.trouble = String(event.message || event.reason || event.type).slice(0, 300);
    };
    window.addEventListener('error', trouble);
    window.addEventListener('unhandledrejection', trouble);

    function arrange(settings) {
      const seconds = ownDwell || settings.dwell_s || app.page.dwell_s;
      stage.arrange(settings.scenes || [], seconds * 1000);
      wall.dataset.seams = settings.grid || '';
      if (app.seams) app.seams.keep(wall, settings.grid || '');
    }

    /** 我是哪块屏、怎么排片。排片没说（账号库坏着）就用上次的。 */
    function introduced(message) {
      told = message;
      const settings = message.settings || remembered(localStorage, SETTINGS, USUAL);
      localStorage.setItem(SETTINGS, JSON.stringify(settings));
      arrange(settings);
      if (!timer) timer = setTimeout(beat, FIRST_MS);
    }

    const ORDERS = {
      reload: () => { setTimeout(() => location.reload(), 200); return ''; },
      show: (order) => (stage.goto(order.scene) ? '' : '没有这个画面'),
      pin: (order) => (stage.fix(order.scene) ? '' : '没有这个画面'),
      unpin: () => { stage.fix(null); return ''; },
      pause: () => { stage.rest(true); return ''; },
      resume: () => { stage.rest(false); return ''; },
      sound: () => (sound.test() ? '' : '声音未启用，请在屏上点一次'),
    };

    /** 一条遥控至多办一次：先记下编号再办，重载之后也不重复。 */
    function ordered(order) {
      if (!told || order.screen !== told.id || done.some((one) => one[0] === order.id)) return;
      done = done.concat([[order.id, '']]).slice(-DONE_KEPT);
      sessionStorage.setItem(DONE, JSON.stringify(done));
      const act = ORDERS[order.act];
      done[done.length - 1][1] = act ? act(order) : '不认得这条遥控';
      sessionStorage.setItem(DONE, JSON.stringify(done));
      beat();
    }

    function hear(handle) {
      return (message) => (stage ? handle(message) : early.push(() => handle(message)));
    }
    live.on('screen', hear(introduced));
    live.on('order', hear(ordered));

    /** 版面到了：stage 轮播、sound 声音、wall 墙框、dwell 网址里写的停留秒数。 */
    function attach(parts) {
      stage = parts.stage;
      sound = parts.sound;
      wall = parts.wall;
      ownDwell = parts.dwell;
      early.forEach((handle) => handle());
      early = [];
    }

    function report(fps) {
      const frame = live.frame();
      return {
        scene: stage.current(),
        turning: stage.turning(),
        link: live.status().state,
        seq: frame ? frame.seq : 0,
        age_ms: frame ? Math.max(0, Math.round(live.now() - frame.as_of)) : null,
        silent_ms: Math.round(live.silentMs()),
        painted: app.painted || 0,
        painted_ms: app.paintedAt ? Math.round(performance.now() - app.paintedAt) : null,
        fps,
        hidden: document.hidden,
        heap: MEMORY ? MEMORY.usedJSHeapSize : null,
        nodes: document.getElementsByTagName('*').length,
        build: app.page.build,
        width: Math.round(innerWidth * devicePixelRatio),
        height: Math.round(innerHeight * devicePixelRatio),
        up_s: Math.round(performance.now() / 1000),
        error: (app.trouble || '').slice(0, 300),
        done,
      };
    }

    function beat() {
      clearTimeout(timer);
      timer = setTimeout(beat, told.beat_s * 1000);
      framesPerSecond((fps) => {
        fetch('/wall/beat', {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(report(fps)),
          cache: 'no-store',
        }).catch(() => undefined); // 下一次再报
      });
    }

    return { attach, told: () => told, report };
  }

  app.createScreen = createScreen;
})((window.cityops = window.cityops || {}));
