/* 地图：接上 dash-leaflet 的 Leaflet（其 load 事件从不触发，故用 addInitHook），挂热力图层、
   取景、换级。状态在 React 之外：组件重挂时按容器 id 找回。 */
(function (app) {
  'use strict';

  const PARENT_ZOOM = 10; // 到此级及以下，单元网格小于一个像素：显示上级
  const SNUG = 0.86; // 整数级取景不小于此比例就用整数级
  const REST_MS = 60000; // 手动缩放、拖动之后多久回到全图
  const views = new Map(); // 容器 id → 视图
  const waiting = new Map(); // 容器 id → Leaflet 地图，视图尚未建
  const phone = window.matchMedia('(max-width:700px),(max-height:500px)');

  const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

  function hook(L) {
    L.Map.addInitHook(function attach() {
      const map = this;
      const id = map.getContainer().id;
      if (id.indexOf('map-') !== 0) return;
      map.whenReady(() => {
        if (views.has(id)) views.get(id).attach(L, map);
        else waiting.set(id, { L, map });
      });
    });
  }

  /** Leaflet 一到就挂钩，早于 React 建图。 */
  function whenLeaflet(then) {
    if (window.L) {
      then(window.L);
      return;
    }
    Object.defineProperty(window, 'L', {
      configurable: true,
      get: () => undefined,
      set(L) {
        Object.defineProperty(window, 'L', { value: L, writable: true, configurable: true });
        then(L);
      },
    });
  }

  /** 一张地图。box：外框（data-map 为设置）；onChange()：数值、取景变了。 */
  function createView(id, box, options) {
    let L = null;
    let map = null;
    let layer = null;
    let meta = null;
    let choice = null; // { measure, window, level }
    let shownKey = '';
    let over = null; // 回放时代替实时数值的向量
    let fitted = null;
    let moved = 0;
    let hidden = true;

    const level = () => {
      const fits = !map || fitted === null || map.getZoom() > PARENT_ZOOM || choice.level !== 'unit_cell';
      if (fits) return choice.level;
      const coarse = ['duty_grid', 'community', 'street'].find((name) =>
        meta.levels.some((one) => one.id === name && one.count > 1));
      return coarse || choice.level;
    };
    const keyOf = (levelId) => choice.measure + '.' + choice.window + '.' + levelId;

    function attach(leaflet, leafletMap) {
      if (layer) layer.remove();
      L = leaflet;
      map = leafletMap;
      map.createPane('base').style.zIndex = 300;
      const pane = map.createPane('heat');
      pane.style.zIndex = 350; // 在区界之下
      pane.style.pointerEvents = 'none';
      map.setMaxZoom(18);
      app.addBase(L, map, app.page.map.base);
      const see = app.page.map.base.kind !== 'boundaries';
      pane.classList.toggle('see', see);
      app.setClass(box.closest('.tile'), 'based', see);
      const [west, south, east, north] = app.page.map.bounds;
      layer = app.createHeatLayer(L, { version: app.page.map.version, see,
        bounds: L.latLngBounds([south, west], [north, east]), onTiles: options.onChange });
      map.on('unload', () => { layer = null; map = null; });
      map.on('zoomend moveend', () => { follow(); options.onChange(); });
      map.on('zoomstart movestart', options.onMove);
      map.on('move', options.onMoving);
      map.on('dragstart', () => { moved = performance.now(); });
      map.on('click', (event) => pick(event));
      map.getContainer().addEventListener('wheel', () => { moved = performance.now(); }, { passive: true });
      new ResizeObserver(resized).observe(map.getContainer());
      layer.addTo(map);
      resized();
      if (choice) follow();
      if (shownKey && options.onLevel) options.onLevel(view.level());
    }

    function resized() {
      if (!map) return;
      const size = map.getContainer().getBoundingClientRect();
      hidden = !size.width || !size.height;
      if (hidden) return;
      map.invalidateSize({ animate: false, pan: false });
      fit();
      repaint();
      options.onChange();
      options.onSized();
    }

    /** 取景：外框留白（--fit-*，rem）之内放下整个网格。 */
    function fit() {
      if (!map || hidden) return;
      if (map._animatingZoom) { // 缩放动画结束时会再定一次位，等它完
        map.once('zoomend', () => setTimeout(fit, 0));
        return;
      }
      const css = getComputedStyle(box);
      const pad = (side) => parseFloat(css.getPropertyValue('--fit-' + side)) * rem() || 0;
      const [west, south, east, north] = app.page.map.bounds;
      const size = map.getSize();
      const a = map.project([north, west], 0);
      const b = map.project([south, east], 0);
      const wide = size.x - pad('left') - pad('right');
      const high = size.y - pad('top') - pad('bottom');
      const exact = Math.log2(Math.min(wide / (b.x - a.x), high / (b.y - a.y)));
      const whole = Math.floor(exact);
      const crisp = Math.pow(2, whole - exact) >= SNUG && whole !== PARENT_ZOOM;
      const zoom = Math.min(16, crisp ? whole : exact);
      const middle = map.project([0, 0], zoom); // 借来一个点类型
      const scale = Math.pow(2, zoom);
      middle.x = ((a.x + b.x) / 2) * scale - (pad('left') - pad('right')) / 2;
      middle.y = ((a.y + b.y) / 2) * scale - (pad('top') - pad('bottom')) / 2;
      const snap = map.options.zoomSnap;
      map.options.zoomSnap = 0; // 只有取景可以是小数级，手动缩放仍为整数级
      map.setMinZoom(0);
      map.setView(map.unproject(middle, zoom), zoom, { animate: false });
      map.options.zoomSnap = snap;
      map.setMinZoom(Math.floor(zoom));
      fitted = zoom;
      moved = 0;
      dragging();
    }

    /** 手机上单指归页面滚动，放大之后才归地图。 */
    function dragging() {
      if (!options.interactive) return;
      const can = !phone.matches || map.getZoom() > fitted + 0.2;
      if (can) map.dragging.enable(); else map.dragging.disable();
    }

    function choose(next) {
      choice = next;
      over = null;
      follow();
    }

    /** 该要哪些键，该显示哪个。 */
    function follow() {
      if (!meta || !choice) return;
      if (map) dragging();
      const shown = keyOf(level());
      const keys = [shown, keyOf('district')];
      if (shown !== shownKey) {
        shownKey = shown;
        app.heat.want(id, keys);
        swap();
      }
    }

    function swap() {
      const at = shownKey;
      const vector = over || app.heat.vector(at);
      if (!layer || !vector) return;
      const levelId = vector.key.split('.')[2];
      app.parentOf(meta, levelId).then((parent) => {
        if (shownKey !== at || !layer) return;
        const now = over || app.heat.vector(at);
        if (now) layer.show(now, parent);
        options.onChange();
      }).catch((error) => console.error('grid parent', levelId, error));
      if (options.onLevel) options.onLevel(levelId);
    }

    function repaint() {
      if (layer && shownKey) layer.repaint();
    }

    /** 数值变了：changed 为 null 即整份。看不见时不画，露面时整张补画。 */
    function hear(key, changed) {
      if (key === shownKey && layer && !over) {
        if (!changed) swap();
        else if (!hidden) layer.touch(changed);
      }
      if (key === shownKey || key === (choice && keyOf('district'))) options.onValues(key, changed);
    }

    function pick(event) {
      const cell = layer && layer.cellAt(event.latlng);
      if (!cell) {
        options.onPick(null);
        return;
      }
      const levelId = shownKey.split('.')[2];
      app.parentOf(meta, levelId).then((parent) => {
        const member = parent ? parent[cell - 1] : cell - 1;
        if (member >= 0) options.onPick({ level: levelId, member, cell: cell - 1, latlng: event.latlng });
      });
    }

    /** 每秒：手动之后久不动就回全图。 */
    function rest() {
      if (!options.stays && moved && performance.now() - moved > REST_MS) fit();
    }

    const view = {
      id, box, attach, choose, hear, fit, rest,
      replay(vector) { over = vector; swap(); },
      touch: (changed) => { if (layer && !hidden) layer.touch(changed); },
      zoom(by) { moved = performance.now(); if (map) map.setZoom(Math.round(map.getZoom()) + by); },
      learn(told) { meta = told; follow(); },
      map: () => map,
      layer: () => layer,
      level: () => shownKey.split('.')[2],
      key: () => shownKey,
      choice: () => choice,
      districts: () => (choice ? app.heat.vector(keyOf('district')) : null),
      vector: () => over || app.heat.vector(shownKey),
      replaying: () => Boolean(over),
      hidden: () => hidden,
      meta: () => meta,
      /** 页面走了：下次来的是另一张图。 */
      drop() { views.delete(id); waiting.delete(id); app.heat.want(id, []); },
    };
    views.set(id, view);
    const early = waiting.get(id);
    if (early) attach(early.L, early.map);
    return view;
  }

  const styled = new WeakMap(); // hideout → 样式：一级有上千条线，只算一次

  /** dl.GeoJSON 的样式；hideout：{ level, weight }。 */
  function outlineStyle(feature, context) {
    const hideout = (context && context.hideout) || {};
    if (!styled.has(hideout)) styled.set(hideout, styleOf(hideout));
    return styled.get(hideout);
  }

  function styleOf(hideout) {
    const css = getComputedStyle(document.documentElement);
    const weight = Math.max(1, (hideout.weight || 1.25) * (rem() / 16));
    return { fill: false, weight, interactive: false, opacity: hideout.opacity || 1,
      color: css.getPropertyValue(hideout.token || '--map-edge').trim() };
  }

  Object.assign(app, { createMapView: createView, outlineStyle, mapViews: views });
  whenLeaflet(hook);
})((window.cityops = window.cityops || {}));
