/* 场景轮播：下一场景先画好，600 ms 交叉淡化；按键、触摸暂停；/wall/<场景> 固定。
   方向键换场景，空格停或续，数字键直达。排片（哪些、次序、停留）可随时更换。 */
(function (app) {
  'use strict';

  const WARM_MS = 4000;
  const FADE_MS = 700; // 略长于 --m-scene，之后旧场景才撤下
  const REMEMBERED = 'cityops.scene';

  /** 路径里固定的场景；没有则轮播。 */
  function pinnedBy(path) {
    const parts = path.split('/').filter(Boolean);
    return parts[0] === 'wall' && parts[1] ? decodeURIComponent(parts[1]) : null;
  }

  function createStage(options) {
    const { nav, title, holdMs, onShow, still } = options;
    const all = options.scenes; // 这块屏可以放的
    const links = new Map(Array.from(nav.querySelectorAll('[data-goto]'), (link) => [link.dataset.goto, link]));
    const paused = nav.querySelector('.paused');
    const pinned = pinnedBy(location.pathname);
    let scenes = all; // 正在轮播的，按次序
    let ids = [];
    let dwellMs = options.dwellMs;
    let shown = null; // 此刻的场景
    let fixed = null; // 遥控固定的场景
    let called = null; // 告警要看的场景
    let spent = 0; // 本场景已停留
    let heldUntil = 0;
    let stopped = Boolean(still);
    let last = performance.now();
    let leaving = 0;

    const byId = (id) => all.find((scene) => scene.dataset.scene === id) || null;
    const rotates = () => scenes.length > 1 && pinned === null;
    const following = () => scenes[(scenes.indexOf(shown) + 1) % scenes.length];

    /** 换排片：ids 为空是全部；此刻的场景不在其中就换到第一个。 */
    function arrange(order, dwell) {
      const chosen = order.map(byId).filter(Boolean);
      scenes = chosen.length ? chosen : all;
      ids = scenes.map((scene) => scene.dataset.scene);
      dwellMs = dwell;
      links.forEach((link, id) => app.setClass(link, 'gone', !ids.includes(id)));
      ids.forEach((id) => links.has(id) && nav.insertBefore(links.get(id), paused));
      app.setClass(nav, 'only', scenes.length < 2);
      if (shown && pinned === null && !scenes.includes(shown)) show(scenes[0]);
    }

    function show(scene) {
      const previous = shown;
      shown = scene;
      spent = 0;
      scene.classList.add('next'); // 先占好版面再画：图要知道自己多大
      onShow(scene);
      clearTimeout(leaving);
      all.forEach((one) => {
        one.classList.remove('next');
        one.classList.toggle('on', one === scene);
        one.classList.toggle('leaving', one === previous && one !== scene);
        one.setAttribute('aria-hidden', String(one !== scene));
      });
      if (previous) leaving = setTimeout(() => previous.classList.remove('leaving'), FADE_MS);
      links.forEach((link, id) => link.classList.toggle('on', id === scene.dataset.scene));
      title.textContent = scene.dataset.title;
      sessionStorage.setItem(REMEMBERED, scene.dataset.scene);
    }

    function hold() {
      heldUntil = performance.now() + holdMs;
    }

    function goto(scene) {
      hold();
      if (scene !== shown) show(scene);
    }

    const step = (by) =>
      goto(scenes[(Math.max(0, scenes.indexOf(shown)) + by + scenes.length) % scenes.length]);

    /** 告警固定的场景；null 为没有。路径固定的屏幕、没有排这个画面的屏幕不换场景。 */
    function pin(id) {
      const scene = id === null || pinned !== null || still || !ids.includes(id) ? null : byId(id);
      if (scene === called) return;
      called = scene;
      spent = 0;
      if (called && performance.now() >= heldUntil && called !== shown) show(called);
    }

    /** 遥控：固定一个场景，null 为放开；false 为没有这个画面。 */
    function fix(id) {
      const scene = id === null ? null : byId(id);
      if (id !== null && !scene) return false;
      fixed = scene;
      heldUntil = 0;
      spent = 0;
      if (fixed && fixed !== shown) show(fixed);
      return true;
    }

    /** 每 200 ms：进度、预画、到时换场景。暂停时不走表。 */
    function tick() {
      const now = performance.now();
      const touched = now < heldUntil;
      if (called && called !== shown && !touched) show(called);
      else if (!called && fixed && fixed !== shown && !touched) show(fixed);
      const held = stopped || touched || Boolean(called || fixed) || !rotates();
      if (!held) spent += now - last;
      last = now;
      app.setClass(paused, 'gone', !held || scenes.length < 2);
      const link = links.get(shown.dataset.scene);
      if (link) link.style.setProperty('--done', held ? '1' : String(spent / dwellMs));
      if (held) return;
      const next = following();
      if (spent > dwellMs - WARM_MS && !next.classList.contains('next') && next !== shown) {
        next.classList.add('next');
        onShow(next);
      }
      if (spent >= dwellMs) show(next);
    }

    function onKey(event) {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const digit = Number(event.key);
      if (event.key === 'ArrowRight') step(1);
      else if (event.key === 'ArrowLeft') step(-1);
      else if (event.key === ' ' && pinned === null && !event.target.closest('[role=button]')) {
        rest(!stopped);
        event.preventDefault();
      } else if (digit >= 1 && digit <= scenes.length) goto(scenes[digit - 1]);
      else hold();
    }

    /** 停住轮播，或续上。 */
    function rest(stop) {
      stopped = stop;
      heldUntil = 0;
    }

    nav.addEventListener('click', (event) => {
      const link = event.target.closest('[data-goto]');
      if (link && byId(link.dataset.goto)) goto(byId(link.dataset.goto));
    });
    document.addEventListener('keydown', onKey);
    document.addEventListener('pointerdown', hold);
    arrange([], dwellMs);
    show(byId(pinned || sessionStorage.getItem(REMEMBERED)) || scenes[0]);
    return {
      tick,
      pin,
      fix,
      rest,
      arrange,
      visible: () => all.filter((s) => s.classList.contains('on') || s.classList.contains('next')),
      current: () => shown.dataset.scene,
      show: (id) => show(byId(id)),
      /** 遥控：换到这个场景，像有人按了键；false 为没有。 */
      goto(id) {
        if (byId(id)) goto(byId(id));
        return Boolean(byId(id));
      },
      /** 轮播怎样：pinned 固定（路径、遥控、告警）、paused 停住、turning 在轮播。 */
      turning: () => (pinned !== null || fixed || called ? 'pinned'
        : stopped || performance.now() < heldUntil || !rotates() ? 'paused' : 'turning'),
    };
  }

  app.createStage = createStage;
})((window.cityops = window.cityops || {}));
