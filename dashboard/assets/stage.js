/* 场景轮播：下一场景先画好，600 ms 交叉淡化；按键、触摸暂停；/wall/<场景> 固定。
   方向键换场景，空格停或续，数字键直达。 */
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
    const { scenes, nav, title, dwellMs, holdMs, onShow, still } = options;
    const ids = scenes.map((scene) => scene.dataset.scene);
    const links = Array.from(nav.querySelectorAll('[data-goto]')).filter((link) => {
      const shown = ids.includes(link.dataset.goto); // 只给了部分画面的屏，别的不列
      app.setClass(link, 'gone', !shown);
      return shown;
    });
    const paused = nav.querySelector('.paused');
    const pinned = pinnedBy(location.pathname);
    const start = ids.indexOf(pinned || sessionStorage.getItem(REMEMBERED));
    let current = Math.max(0, start);
    let called = -1; // 告警要看的场景；-1 没有
    let spent = 0; // 本场景已停留
    let heldUntil = 0;
    let stopped = pinned !== null || still || scenes.length < 2;
    let last = performance.now();
    app.setClass(nav, 'only', scenes.length < 2);
    let leaving = 0;

    const following = () => (current + 1) % scenes.length;

    function show(index) {
      const previous = current;
      current = (index + scenes.length) % scenes.length;
      spent = 0;
      scenes[current].classList.add('next'); // 先占好版面再画：图要知道自己多大
      onShow(scenes[current]);
      clearTimeout(leaving);
      scenes.forEach((scene, i) => {
        scene.classList.remove('next');
        scene.classList.toggle('on', i === current);
        scene.classList.toggle('leaving', i === previous && i !== current);
        scene.setAttribute('aria-hidden', String(i !== current));
      });
      leaving = setTimeout(() => scenes[previous].classList.remove('leaving'), FADE_MS);
      links.forEach((link, i) => link.classList.toggle('on', i === current));
      title.textContent = scenes[current].dataset.title;
      sessionStorage.setItem(REMEMBERED, ids[current]);
    }

    function hold() {
      heldUntil = performance.now() + holdMs;
    }

    function goto(index) {
      hold();
      if (index !== current) show(index);
    }

    /** 告警固定的场景；null 为没有。路径固定的屏幕不换场景。 */
    function pin(id) {
      const index = id === null || pinned !== null || still ? -1 : ids.indexOf(id);
      if (index === called) return;
      called = index;
      spent = 0;
      if (called >= 0 && performance.now() >= heldUntil && called !== current) show(called);
    }

    /** 每 200 ms：进度、预画、到时换场景。暂停时不走表。 */
    function tick() {
      const now = performance.now();
      const touched = now < heldUntil;
      if (called >= 0 && called !== current && !touched) show(called);
      const held = stopped || touched || called >= 0;
      if (!held) spent += now - last;
      last = now;
      const rotates = scenes.length > 1;
      app.setClass(paused, 'gone', !held || !rotates);
      const link = links[current];
      if (link) link.style.setProperty('--done', rotates && !held ? String(spent / dwellMs) : '1');
      if (held) return;
      const next = scenes[following()];
      if (spent > dwellMs - WARM_MS && !next.classList.contains('next')) {
        next.classList.add('next');
        onShow(next);
      }
      if (spent >= dwellMs) show(following());
    }

    function onKey(event) {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const digit = Number(event.key);
      if (event.key === 'ArrowRight') goto(current + 1);
      else if (event.key === 'ArrowLeft') goto(current - 1);
      else if (event.key === ' ' && pinned === null && !event.target.closest('[role=button]')) {
        stopped = !stopped;
        heldUntil = 0;
        event.preventDefault();
      } else if (digit >= 1 && digit <= scenes.length) goto(digit - 1);
      else hold();
    }

    nav.addEventListener('click', (event) => {
      const link = event.target.closest('[data-goto]');
      if (link) goto(links.indexOf(link));
    });
    document.addEventListener('keydown', onKey);
    document.addEventListener('pointerdown', hold);
    show(current);
    scenes.forEach((scene) => scene.classList.remove('leaving'));
    return {
      tick,
      pin,
      visible: () => scenes.filter((s) => s.classList.contains('on') || s.classList.contains('next')),
      current: () => ids[current],
      show: (id) => show(ids.indexOf(id)),
    };
  }

  app.createStage = createStage;
})((window.cityops = window.cityops || {}));
