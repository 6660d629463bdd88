/* 地图页：墙上那张地图接到桌面。进页即接，离页即停；没有实时链路，每半分钟再取一次。 */
(() => {
  'use strict';

  const app = window.cityops;
  const AGAIN_MS = 30000;
  if (!app.startMaps) return;

  app.page = JSON.parse(document.getElementById('cityops-page').textContent);
  app.zone = app.format.zoned(app.page.timezone);
  app.now = () => Date.now();
  let room = null;
  let running = null;
  let timer = 0;

  /** 名次表的一行：点或回车看那一处。 */
  function open(row) {
    const view = running.maps[0].view;
    running.card.open(view.meta(), view.level(), Number(row.dataset.i), null);
  }

  /** 图片与读屏用的一句：看的是什么，截至何时。 */
  function say() {
    const view = running.maps[0].view;
    const vector = view.meta() && view.key() && app.heat.vector(view.key());
    if (!vector || !vector.values) return;
    const found = app.heatLists.named(view.meta(), view.choice());
    const said = found.measure.name + '　' + found.window.name + '　' + found.level.name
      + (vector.asOf ? '　截至 ' + app.zone.day(vector.asOf) + ' ' + app.zone.minute(vector.asOf) : '');
    if (room.dataset.said !== said) room.dataset.said = said;
  }

  function dress() {
    say();
    room.querySelectorAll('.hottest .r[data-i]:not([tabindex])').forEach((row) => {
      row.tabIndex = 0;
      row.setAttribute('role', 'button');
    });
  }

  function start(el) {
    room = el;
    running = app.startMaps(el);
    timer = setInterval(() => { if (!document.hidden) app.heat.refresh(); }, AGAIN_MS);
  }

  function stop() {
    clearInterval(timer);
    running.stop();
    room = running = null;
  }

  function look() {
    const found = document.querySelector('[data-maps]');
    if (room && room !== found) stop();
    if (found && !room) start(found);
    if (room) dress();
  }

  const rowOf = (event) => room && event.target.closest && event.target.closest('.hottest .r[data-i]');
  document.addEventListener('click', (event) => { const row = rowOf(event); if (row) open(row); });
  document.addEventListener('keydown', (event) => {
    const row = event.key === 'Enter' || event.key === ' ' ? rowOf(event) : null;
    if (!row) return;
    event.preventDefault();
    open(row);
  });
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
})();
