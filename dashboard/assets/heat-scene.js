/* 把地图接到画面：总览的一格与网格热力场景；开关、轮换、列表、点选。 */
(function (app) {
  'use strict';

  const TURN_MS = 10000; // 场景在墙上时，每隔多久换一个看法
  const TURNS = [
    ['reported', '30d', 'unit_cell'], ['reported', 'today', 'duty_grid'],
    ['overdue', '30d', 'duty_grid'], ['open', '30d', 'unit_cell'],
    ['reported', '7d', 'unit_cell'], ['on_time_rate', '30d', 'street'],
    ['hotline', '30d', 'duty_grid'], ['reported', 'year', 'unit_cell'],
  ];
  const SHORT = { '1h': '1 小时', '7d': '7 日', '30d': '30 日', year: '本年' };
  const DEFAULT = { measure: 'reported', window: '30d', level: 'unit_cell' };
  const LINES = 'lines'; // layouts/maps.py 的窗格
  const LEVEL_TOKENS = { street: 0.55, duty_grid: 0.4 };

  app.windowName = (one) => SHORT[one.id] || one.name;

  function fromAddress() {
    const asked = new URLSearchParams(location.search).get('map');
    if (!asked) return null;
    const [measure, window_, level] = asked.split('.');
    return { measure, window: window_, level };
  }

  /** 一组开关：单选，写回 choose({…})。 */
  function switches(el, name, items, choose) {
    const buttons = app.pool(el, items.length, () => {
      const button = app.make('button');
      button.type = 'button';
      button.setAttribute('role', 'button');
      return button;
    });
    items.forEach((item, i) => {
      app.setText(buttons[i], item.short);
      buttons[i].dataset.value = item.id;
    });
    el.addEventListener('click', (event) => {
      const button = event.target.closest('button');
      if (button) choose({ [name]: button.dataset.value });
    });
    return (value) => Array.from(buttons).forEach((button) => {
      const on = button.dataset.value === value;
      app.setClass(button, 'on', on);
      button.setAttribute('aria-pressed', String(on));
    });
  }

  function setUp(root, box, card) {
    const settings = JSON.parse(box.dataset.map);
    const parts = (name) => root.querySelector('[data-heat="' + settings.id + '.' + name + '"]');
    const scene = box.closest('[data-scene]');
    const marks = { refresh() {}, pulse() {}, moving() {}, choose() {},
      values() {} };
    const pressed = {};
    let choice = fromAddress() || DEFAULT;
    if (!settings.interactive) choice = DEFAULT;
    let lined = ''; // 画着哪一级的线
    let asked = ''; // 要过哪一级的线
    let turn = 0;
    let turned = performance.now();
    const stays = Boolean(settings.stays); // 桌面：不轮换、不回全图，选了什么写进地址
    let heldUntil = 0;
    let replay = null;
    let dirty = false;
    let queued = 0;
    let unseen = false; // 上次写字时画面藏着，不知道放得下几行

    const view = app.createMapView('map-' + settings.id, box, {
      interactive: settings.interactive,
      stays,
      onChange: () => marks.refresh(),
      onMove: () => marks.moving(true),
      onMoving() {},
      onValues() { dirty = true; queue(); },
      onSized() { dirty = true; queue(); }, // 放得下几行要重算
      onPick(found) {
        if (app.playback) return; // 点开的是此刻的数，回放时不给
        if (found) card.open(view.meta(), found.level, found.member, () => marks.choose(null));
        else card.close();
        marks.choose(found && found.latlng);
      },
      onLevel: showOutlines,
    });
    Object.assign(marks, app.createMarks(view, box, settings.ranks));

    function queue() {
      if (!queued) queued = requestAnimationFrame(write);
    }

    /** 旁边的字：每帧至多一次。 */
    function write() {
      queued = 0;
      if (!dirty) return;
      dirty = false;
      unseen = !box.clientHeight;
      const live = app.heat.vector(view.key());
      const vector = view.replaying() ? view.vector() : live;
      const meta = view.meta();
      if (!live || !vector || !meta) return;
      const act = (name, fill, ...more) => { const el = parts(name); if (el) fill(el, ...more); };
      const lists = app.heatLists;
      act('legend', lists.legend, meta, vector);
      if (!live.values) return;
      act('summary', lists.summary, meta, vector,
        Object.assign({}, choice, view.replaying() ? { window: 'today' } : {}));
      act('note', note, meta, live);
      act('hot-title', hotTitle, meta, live);
      act('hot', (el) => lists.hottest(el, live, stays ? 10 : app.capacity(el, 4.6, 10)));
      act('short', (el) => lists.shortList(el, meta, live, 5));
      act('repeat', (el) => lists.repeats(el, live, stays ? 10 : app.capacity(el, 1.75, 10)));
      act('repeat-note', (el) => app.setText(el, meta.repeat
        ? meta.repeat.days + ' 日内同点位 ≥ ' + meta.repeat.times + ' 次' : ''));
      marks.moving(false);
      marks.values();
    }

    function note(el, meta, vector) {
      const names = app.heatLists.named(meta, choice);
      app.setText(el, names.window.name + '　' + names.measure.name + ' ' + app.format.count(vector.total) + ' 件');
    }

    function hotTitle(el, meta, vector) {
      const level = meta.levels.find((one) => one.id === vector.key.split('.')[2]);
      app.setText(el, (vector.rate ? '最低' : '最热') + level.name);
    }

    /** 街道、责任网格：看到那一级才取那一级的线；别的级只把窗格藏起，不重画。每秒再看一次：
        页面刚开时 Dash 还不认得这个组件，set_props 不出错也不生效，画布出来才算数。 */
    function showOutlines(level) {
      const known = app.page.map.outlines.indexOf(level) >= 0 && LEVEL_TOKENS[level];
      const pane = view.map() && view.map().getPane(LINES);
      if (pane) pane.style.display = known ? '' : 'none';
      if (!known || level === lined || !pane || !window.dash_clientside) return;
      if (level === asked && pane.firstChild) {
        lined = level;
        return;
      }
      asked = level;
      if (pane.firstChild) lined = level;
      const url = '/grid/' + app.page.map.version + '/lines/' + level + '.geojson';
      const hideout = { level, weight: 0.75, opacity: known };
      try {
        window.dash_clientside.set_props('outline-' + settings.id, { url, hideout });
      } catch (error) {
        console.error('outlines', level, error);
      }
    }

    const hold = () => { heldUntil = performance.now() + app.page.hold_s * 1000; };

    function address() {
      const query = new URLSearchParams(location.search);
      query.set('map', [choice.measure, choice.window, choice.level].join('.'));
      return location.pathname + '?' + query;
    }

    function choose(part, byHand) {
      choice = Object.assign({}, choice, part);
      if (byHand) hold();
      if (byHand && stays) history.replaceState(history.state, '', address());
      if (replay) replay.stop();
      Object.keys(pressed).forEach((name) => pressed[name](choice[name]));
      view.choose(choice);
      dirty = true;
      queue();
    }

    function learn(meta) {
      const by = (part) => choose(part, true);
      const put = (name, items) => {
        const el = parts(name);
        if (el) pressed[name] = switches(el, name, items, by);
      };
      const level = (one) => Object.assign({ short: one.name }, one);
      put('window', meta.windows.map((one) => Object.assign({ short: app.windowName(one) }, one)));
      put('measure', meta.measures.map((one) => Object.assign({ short: one.name }, one)));
      put('level', meta.levels.filter((one) => one.count > 1).slice().sort((a, b) => b.count - a.count).map(level));
      view.learn(meta);
      choose({});
    }

    /** 每秒：轮换看法、回全图。 */
    function everySecond() {
      view.rest();
      if (view.key()) showOutlines(view.level());
      const now = performance.now();
      const shown = scene && scene.classList.contains('on');
      if (!shown || !settings.interactive || fromAddress()) turned = now;
      if (replay) replay.paint(app.live.frame());
      if (app.playback || now < heldUntil || (replay && replay.active()) || now - turned < TURN_MS) return;
      turned = now;
      turn += 1;
      const meta = view.meta();
      if (!meta) return;
      const [measure, window_, level] = TURNS[turn % TURNS.length];
      const has = (list, id) => list.some((one) => one.id === id);
      const next = { measure, window: window_,
        level: has(meta.levels, level) ? level : 'unit_cell' };
      if (has(meta.measures, measure) && has(meta.windows, window_)) choose(next, false);
    }

    if (scene) {
      new MutationObserver(() => {
        if (!unseen || !box.clientHeight) return;
        dirty = true;
        write();
      }).observe(scene, { attributes: true, attributeFilter: ['class'] });
    }
    const lapse = parts('replay');
    if (lapse) replay = app.createReplay(lapse, view, () => { dirty = true; queue(); });
    const zoom = box.querySelector('.zoom');
    if (zoom) {
      zoom.addEventListener('click', (event) => {
        const button = event.target.closest('button');
        if (!button) return;
        if (button.dataset.by === '0') view.fit(); else view.zoom(Number(button.dataset.by));
      });
    }
    document.addEventListener('pointerdown', hold);
    return { view, marks, learn, everySecond, choose: (part) => choose(part, true),
      drop() { document.removeEventListener('pointerdown', hold); view.drop(); } };
  }

  /** 接上 root 里的地图；返回它们、卡片与停下的办法。 */
  function startMaps(root) {
    const boxes = Array.from(root.querySelectorAll('[data-map]'));
    if (!boxes.length) return null;
    const card = app.createCellCard(root, boxes.some((box) => JSON.parse(box.dataset.map).stays));
    const maps = boxes.map((box) => setUp(root, box, card));
    app.maps = maps;
    const hear = (key, changed) => maps.forEach((one) => {
      if (key === 'points') one.marks.pulse(changed); else one.view.hear(key, changed);
    });
    app.heat.listen(hear);
    app.heat.ready.then((meta) => {
      if (!meta) return;
      maps.forEach((one) => one.learn(meta));
    });
    const seconds = setInterval(() => maps.forEach((one) => one.everySecond()), 1000);
    return { maps, card, stop() {
      clearInterval(seconds);
      app.heat.unlisten(hear);
      card.drop();
      maps.forEach((one) => one.drop());
    } };
  }

  app.startMaps = startMaps;
  app.mapTurns = TURNS;
})((window.cityops = window.cityops || {}));
