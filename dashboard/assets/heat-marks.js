/* 地图上的字与号：区名加件数、最热编号用引线避开热斑、新案卷的点闪一次。
   都在地图之上的一层 HTML/SVG 里；放不下就挪，挪不开就不写。 */
(function (app) {
  'use strict';

  const f = app.format;
  const NS = 'http://www.w3.org/2000/svg';
  const RING = 0.5625; // rem
  const REACH = [2.4, 3.6, 5];
  const SPOTS = [[0, 0], [0, -1], [0, 1], [0, -2], [0, 2], [-0.5, 0], [0.5, 0], [-0.5, -1], [0.5, 1],
    [-0.5, 1], [0.5, -1], [0, 3], [0, -3], [-0.5, 2], [0.5, 2], [-0.5, -2], [0.5, -2]]; // 区名：字宽、行高的倍数
  const PULSE_MS = 2400;
  const POINTS_MAX = 60;
  const phone = window.matchMedia('(max-width:700px),(max-height:500px)');
  const rem = () => parseFloat(getComputedStyle(document.documentElement).fontSize);

  /** 值的写法：件数千分位；率为千分数，写成百分数；−1 无数据。 */
  function valueText(vector, value) {
    if (value === undefined || value === null) return f.NO_VALUE;
    if (!vector.rate) return f.count(value);
    return value < 0 ? f.NO_VALUE : (value / 10).toFixed(1) + f.THIN + '%';
  }

  const overlaps = (a, b, gap) => a.left < b.right + gap && a.right > b.left - gap
    && a.top < b.bottom + gap && a.bottom > b.top - gap;
  const around = (x, y, w, h) => ({ left: x - w / 2, right: x + w / 2, top: y - h / 2, bottom: y + h / 2 });

  function svgEl(tag, className, parent) {
    const el = document.createElementNS(NS, tag);
    el.setAttribute('class', className);
    parent.appendChild(el);
    return el;
  }

  /** ranks：引线最多几条。 */
  function createMarks(view, box, ranks) {
    const over = box.appendChild(app.make('div', 'map-over'));
    const lines = svgEl('svg', 'leaders', over);
    const labels = over.appendChild(app.make('div', 'labels'));
    const numbers = over.appendChild(app.make('div', 'numbers'));
    const pulses = over.appendChild(app.make('div', 'pulses'));
    let asked = 0;
    let district = null;
    let chosen = null;
    let shown = null; // 摆好的区名顺序、所属的键与最热

    /** 遮挡物：边上的控件、图例、说明。 */
    function obstacles(origin) {
      return Array.from(box.querySelectorAll('.ov')).filter((el) => el.offsetWidth)
        .map((el) => {
          const r = el.getBoundingClientRect();
          return { left: r.left - origin.left, right: r.right - origin.left,
            top: r.top - origin.top, bottom: r.bottom - origin.top };
        });
    }

    function drawLabels(map, frame, taken) {
      const vector = view.districts();
      const known = vector && vector.values && !vector.absent && !view.replaying(); // 回放时的区数不是实时数
      const order = district ? district.codes.map((_, i) => i) : [];
      if (known) order.sort((a, b) => vector.values[b] - vector.values[a]);
      const els = app.pool(labels, order.length, () => {
        const el = app.make('div', 'lab');
        el.appendChild(app.make('b'));
        el.appendChild(app.make('span'));
        return el;
      });
      order.forEach((member, i) => {
        const el = els[i];
        app.setClass(el, 'gone', false);
        app.setText(el.firstElementChild, district.names[member]);
        app.setText(el.lastElementChild, known ? valueText(vector, vector.values[member]) : '');
      });
      shown = { order: known ? order : [], key: '', top: '' };
      const sizes = order.map((_, i) => [els[i].offsetWidth, els[i].offsetHeight]);
      order.forEach((member, i) => {
        const [lon, lat] = district.centres[member];
        const at = map.latLngToContainerPoint([lat, lon]);
        const [w, h] = sizes[i];
        const spot = SPOTS
          .map(([dx, dy]) => around(at.x + dx * w, at.y + dy * h * 1.1, w, h))
          .find((r) => inside(r, frame) && !taken.some((t) => overlaps(r, t, 2)));
        app.setClass(els[i], 'gone', !spot);
        if (!spot) return;
        taken.push(spot);
        els[i].style.transform = 'translate(' + Math.round(spot.left) + 'px,' + Math.round(spot.top) + 'px)';
      });
    }

    const inside = (r, frame) => r.left >= 2 && r.top >= 2 && r.right <= frame.width - 2 && r.bottom <= frame.height - 2;

    /** 最热的几处在图上的位置：不在遮挡物下，不出框。 */
    function hotSpots(map, frame, taken) {
      const vector = view.vector();
      const top = view.replaying() || !vector ? [] : vector.top.slice(0, phone.matches ? Math.min(3, ranks) : ranks);
      const size = 2 * RING * rem();
      return top.map((row, i) => ({ at: spotOf(map, row), n: i + 1 }))
        .filter((one) => one.at && inside(around(one.at.x, one.at.y, 4, 4), frame)
          && !taken.some((t) => overlaps(around(one.at.x, one.at.y, 2, 2), t, 0)))
        .map((one) => Object.assign(one, { ring: around(one.at.x, one.at.y, size, size) }));
    }

    /** 引线：从热斑向外，先试背离其余热斑的方向。 */
    function drawLeaders(found, frame, taken) {
      const unit = rem();
      const rings = found.map((one) => one.ring);
      const half = 0.875 * unit;
      const midX = found.reduce((sum, one) => sum + one.at.x, 0) / (found.length || 1);
      const midY = found.reduce((sum, one) => sum + one.at.y, 0) / (found.length || 1);
      const placed = [];
      found.forEach((one, i) => {
        const away = Math.atan2(one.at.y - midY, one.at.x - midX);
        let best = null;
        REACH.some((reach) => {
          for (let k = 0; k < 16 && !best; k += 1) {
            const angle = away + Math.ceil(k / 2) * (k % 2 ? 1 : -1) * (Math.PI / 8);
            const x = one.at.x + Math.cos(angle) * reach * unit;
            const y = one.at.y + Math.sin(angle) * reach * unit;
            const r = around(x, y, 2 * half, 2 * half);
            const free = inside(r, frame) && !taken.some((t) => overlaps(r, t, 2))
              && !rings.some((t, j) => j !== i && overlaps(r, t, 1));
            if (free) best = { x, y, r, angle };
          }
          return best;
        });
        if (!best) return;
        taken.push(best.r);
        placed.push({ n: one.n, at: one.at, end: best });
      });
      const els = app.pool(numbers, placed.length, () => app.make('div', 'rk'));
      lines.textContent = '';
      placed.forEach((one, i) => {
        app.setText(els[i], String(one.n));
        els[i].style.transform = 'translate(' + (one.end.x - half) + 'px,' + (one.end.y - half) + 'px)';
        const cos = Math.cos(one.end.angle) * RING * unit;
        const sin = Math.sin(one.end.angle) * RING * unit;
        ['case', 'lead'].forEach((name) => { // 暗边在下：亮格上也看得见
          shape('circle', name, { cx: one.at.x, cy: one.at.y, r: RING * unit });
          shape('line', name, { x1: one.at.x + cos, y1: one.at.y + sin, x2: one.end.x, y2: one.end.y });
        });
      });
    }

    function shape(tag, name, numbers_) {
      const el = svgEl(tag, name, lines);
      Object.keys(numbers_).forEach((key) => el.setAttribute(key, numbers_[key]));
    }

    /** 点开了卡的那一处。 */
    function drawChosen(map) {
      if (!chosen) return;
      const at = map.latLngToContainerPoint(chosen);
      ['case', 'chosen'].forEach((name) => shape('circle', name, { cx: at.x, cy: at.y, r: 0.75 * rem() }));
    }

    function choose(latlng) {
      chosen = latlng;
      refresh();
    }

    function spotOf(map, row) {
      const centre = row.at ? row.at : view.layer() && view.layer().centreOf(row.i);
      return centre ? map.latLngToContainerPoint(centre) : null;
    }

    function draw() {
      asked = 0;
      const map = view.map();
      if (!map || view.hidden()) return;
      if (!district && view.meta()) {
        app.membersOf(view.meta(), 'district').then((told) => { district = told; refresh(); });
      }
      const origin = box.getBoundingClientRect();
      const frame = { width: origin.width, height: origin.height };
      const taken = obstacles(origin);
      const hot = hotSpots(map, frame, taken);
      hot.forEach((one) => taken.push(one.ring)); // 区名让开热斑，编号再让开区名
      drawLabels(map, frame, taken);
      drawLeaders(hot, frame, taken.filter((t) => !hot.some((one) => one.ring === t)));
      drawChosen(map);
      const vector = view.vector();
      shown.key = view.key();
      shown.top = vector ? vector.top.slice(0, ranks).map((row) => row.i).join() : '';
    }

    /** 数值变了：字数没变、最热没换就只换字，不重新摆放。 */
    function values() {
      const vector = view.districts();
      const top = view.vector() ? view.vector().top.slice(0, ranks).map((row) => row.i).join() : '';
      const same = district && shown && vector && vector.values && !vector.absent && top === shown.top
        && !view.replaying() && shown.key === view.key();
      const texts = same ? shown.order.map((member) => valueText(vector, vector.values[member])) : [];
      const fits = same && texts.every((text, i) => {
        const before = labels.children[i].lastElementChild.textContent;
        return text.length === before.length;
      });
      if (!fits) {
        refresh();
        return;
      }
      texts.forEach((text, i) => app.setText(labels.children[i].lastElementChild, text));
    }

    function refresh() {
      if (!asked) asked = requestAnimationFrame(draw);
    }

    /** 新案卷：一个点，闪一次就走。 */
    function pulse(points) {
      const map = view.map();
      if (!map || view.hidden() || view.replaying()) return;
      points.forEach((point) => {
        if (pulses.childElementCount >= POINTS_MAX) return;
        const at = map.latLngToContainerPoint([point.lat, point.lon]);
        const el = pulses.appendChild(app.make('i', 'pulse'));
        el.style.left = at.x + 'px';
        el.style.top = at.y + 'px';
        setTimeout(() => el.remove(), PULSE_MS);
      });
    }

    function moving(on) {
      over.classList.toggle('moving', on);
      if (on) pulses.textContent = '';
    }

    return { refresh, values, pulse, moving, choose };
  }

  Object.assign(app, { createMarks, heatText: valueText });
})((window.cityops = window.cityops || {}));
