/* 底图：缺省只有区界，不连外网；其余由配置选用，浏览器只认配置给出的地址，脚本里没有外网地址。 */
(function (app) {
  'use strict';

  function raster(L, url, base, more) {
    return L.tileLayer(url, Object.assign({
      pane: 'base', minZoom: 0, maxZoom: 22,
      minNativeZoom: base.min_zoom || 0, maxNativeZoom: base.max_zoom || 18, noWrap: true,
      subdomains: base.subdomains || '', tms: false,
    }, more || {}));
  }

  const kinds = {
    boundaries: () => [],
    url: (L, base) => [raster(L, base.url, base)],
    mbtiles: (L, base) => [raster(L, base.url, base)],
    tianditu: (L, base) => (base.layers || ['vec', 'cva']).map((layer) =>
      raster(L, base.url, base, { layer, key: base.key, subdomains: '01234567' })),
    /** 矢量底图：pmtiles 单文件，由随附的 protomaps-leaflet 画。 */
    pmtiles: (L, base) => protomaps().then((library) => [library.leafletLayer({ url: base.url,
      flavor: 'dark', lang: 'zh', pane: 'base', attribution: '',
      maxDataZoom: base.max_zoom || 15 })]),
  };

  let loading = null;

  /** 用到才取。 */
  function protomaps() {
    loading = loading || new Promise((resolve, reject) => {
      const script = document.createElement('script');
      script.src = app.page.vendor + 'protomaps-leaflet.js';
      script.onload = () => resolve(window.protomapsL);
      script.onerror = () => reject(new Error('protomaps-leaflet not loaded'));
      document.head.appendChild(script);
    });
    return loading;
  }

  /** 加上底图；取不到时照旧显示热力与区界。 */
  function addBase(L, map, base) {
    const make = kinds[base.kind];
    return Promise.resolve(make ? make(L, base) : Promise.reject(new Error('unknown base map')))
      .then((layers) => layers.map((layer) => layer.addTo(map)))
      .catch((error) => { console.error('base map', base.kind, error); return []; });
  }

  app.addBase = addBase;
})((window.cityops = window.cityops || {}));
