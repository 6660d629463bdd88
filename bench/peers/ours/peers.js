/* 一张 120 点的折线：与别的画面的画法一样，写在自己的文件里。 */
(function (app) {
  'use strict';

  app.painters.peer = (el, frame) => {
    const points = frame.s[el.dataset.keys.slice(2)] || [];
    const low = Math.min.apply(null, points);
    const high = Math.max.apply(null, points);
    const x = (i) => ((i / (points.length - 1)) * 2400).toFixed(0);
    const y = (n) => (1000 - ((n - low) / (high - low || 1)) * 1000).toFixed(0);
    const d = points.map((n, i) => (i ? 'L' : 'M') + x(i) + ' ' + y(n)).join('');
    const plot = app.charts.stage(el, [['−120 秒', 0, 'first'], ['现在', 100, 'last']]);
    plot.appendChild(app.charts.svg([['path', { d, class: 'now' }]]));
  };
})((window.cityops = window.cityops || {}));
