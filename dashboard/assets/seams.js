/* 拼接屏：排片写明 列x行 时，横跨拼缝的字挪到缝的一侧。只挪字，不改版面；每两秒看一次，
   字变长了、换了画面、换了尺寸都跟着。没写拼接的屏什么也不做。 */
(function (app) {
  'use strict';

  const EVERY_MS = 2000;
  const CLEAR_PX = 3; // 离缝至少这么远
  const MOST = 16; // 至多牵连这么多
  const LEVELS = 4; // 一个字挪不开，连同所在的一组一起挪，最多往外几层
  let wall = null;
  let grid = '';
  let moved = []; // 挪过的元素，下一次先复原
  let timer = 0;
  const watcher = new MutationObserver(() => tidy()); // 换画面的那一刻

  function lines(size, panels) {
    return Array.from({ length: panels - 1 }, (_, i) => (size * (i + 1)) / panels);
  }

  /** 一个元素里直接的字占多大；字形比行框矮，行框会误判。 */
  function boxOf(el, nodes) {
    const size = parseFloat(getComputedStyle(el).fontSize);
    const box = { left: Infinity, right: -Infinity, top: Infinity, bottom: -Infinity };
    nodes.forEach((node) => {
      const range = document.createRange();
      range.selectNodeContents(node);
      Array.from(range.getClientRects()).forEach((r) => {
        const mid = (r.top + r.bottom) / 2;
        box.left = Math.min(box.left, r.left);
        box.right = Math.max(box.right, r.right);
        box.top = Math.min(box.top, mid - size * 0.48);
        box.bottom = Math.max(box.bottom, mid + size * 0.48);
      });
    });
    return box;
  }

  /** 不许挪出去的框：磁贴或页眉，以及途中会裁剪的框。 */
  function frameOf(el) {
    const out = { left: -Infinity, right: Infinity, top: -Infinity, bottom: Infinity };
    for (let e = el.parentElement; e; e = e.parentElement) {
      const last = e === wall || Boolean(e.dataset.tile) || e.classList.contains('hdr');
      if (last || getComputedStyle(e).overflow !== 'visible') {
        const r = e.getBoundingClientRect();
        out.left = Math.max(out.left, r.left);
        out.right = Math.min(out.right, r.right);
        out.top = Math.max(out.top, r.top);
        out.bottom = Math.min(out.bottom, r.bottom);
      }
      if (last) break;
    }
    return out;
  }

  /** 看得见的字与字形，按所在元素。 */
  function texts(root) {
    const found = new Map();
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const node = walker.currentNode;
      if (!node.textContent.trim()) continue;
      const el = node.parentElement;
      if (!found.has(el)) found.set(el, []);
      found.get(el).push(node);
    }
    const units = Array.from(found, ([el, nodes]) => ({ el, box: boxOf(el, nodes) }));
    root.querySelectorAll('.g').forEach((el) => units.push({ el, box: el.getBoundingClientRect().toJSON() }));
    return units.filter((one) => one.box.right > one.box.left
      && getComputedStyle(one.el).visibility === 'visible');
  }

  const crosses = (from, to, at) => from < at + CLEAR_PX && to > at - CLEAR_PX;

  function shift(box, axis, by) {
    return axis === 'x' ? Object.assign({}, box, { left: box.left + by, right: box.right + by })
      : Object.assign({}, box, { top: box.top + by, bottom: box.bottom + by });
  }

  const apart = (a, b) => a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
  const inside = (a, b) => a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom;

  function union(boxes) {
    return {
      left: Math.min.apply(null, boxes.map((b) => b.left)),
      right: Math.max.apply(null, boxes.map((b) => b.right)),
      top: Math.min.apply(null, boxes.map((b) => b.top)),
      bottom: Math.max.apply(null, boxes.map((b) => b.bottom)),
    };
  }

  function move(el, axis, by) {
    const style = getComputedStyle(el);
    const own = axis === 'x' ? (style.left === 'auto' ? 'right' : 'left')
      : (style.top === 'auto' ? 'bottom' : 'top');
    const sign = own === 'left' || own === 'top' ? 1 : -1;
    const before = {};
    const set = (name, value) => {
      before[name] = el.style[name];
      el.style[name] = value;
    };
    if (style.position === 'absolute') {
      const name = 'margin' + own[0].toUpperCase() + own.slice(1);
      set(name, parseFloat(style[name]) + sign * by + 'px');
    } else {
      const name = axis === 'x' ? 'left' : 'top';
      const base = style.position === 'relative' ? parseFloat(style[name]) || 0 : 0;
      set('position', 'relative');
      set(name, base + by + 'px');
    }
    moved.push({ el, axis, before });
  }

  function restore() {
    moved.reverse().forEach((one) => Object.assign(one.el.style, one.before));
    moved = [];
  }

  /** 一起挪的：挪过去会碰到谁，谁也同样挪；出了磁贴、压到缝、牵连太多就不成。 */
  function together(mine, axis, by, all, every) {
    const [from, to] = axis === 'x' ? ['left', 'right'] : ['top', 'bottom'];
    const going = new Set(mine);
    let size = 0;
    while (size !== going.size && going.size <= MOST) {
      size = going.size;
      all.filter((other) => !going.has(other)).forEach((other) => {
        const hit = Array.from(going).some((one) => one.el.contains(other.el)
          || !apart(shift(one.box, axis, by), other.box));
        if (hit) going.add(other);
      });
    }
    if (going.size > MOST) return null;
    const good = Array.from(going).every((one) => {
      const there = shift(one.box, axis, by);
      return inside(there, frameOf(one.el)) && !every.some((line) => crosses(there[from] + 1, there[to] - 1, line));
    });
    return good ? going : null;
  }

  /** 把一个字（或它所在的一组）挪开这条缝；挪不开就留着。 */
  function part(one, all, axis, at, every) {
    const [from, to] = axis === 'x' ? ['left', 'right'] : ['top', 'bottom'];
    let el = one.el;
    for (let level = 0; level < LEVELS && el !== wall && !el.dataset.tile; level += 1, el = el.parentElement) {
      const mine = all.filter((other) => el.contains(other.el));
      const box = union(mine.map((other) => other.box));
      const ways = [at - CLEAR_PX - box[to], at + CLEAR_PX - box[from]]
        .sort((a, b) => Math.abs(a) - Math.abs(b));
      for (const by of ways) {
        const going = together(mine, axis, by, all, every);
        if (going) return carry(el, going, axis, by);
      }
    }
    return undefined;
  }

  /** 挪：el 连同其中的字；被碰到的各挪各的，里层的跟着外层走。 */
  function carry(el, going, axis, by) {
    const roots = [el].concat(Array.from(going, (one) => one.el).filter((other) => !el.contains(other)));
    roots.filter((root) => !roots.some((other) => other !== root && other.contains(root)))
      .forEach((root) => move(root, axis, by));
    going.forEach((one) => { one.box = shift(one.box, axis, by); });
  }

  function tidy() {
    if (!grid || !wall) return;
    restore();
    const [columns, rows] = grid.split('x').map(Number);
    [['x', lines(innerWidth, columns), 'left', 'right'], ['y', lines(innerHeight, rows), 'top', 'bottom']]
      .forEach(([axis, every, from, to]) => {
        if (!every.length) return;
        const all = texts(wall.querySelector('header')).concat(texts(wall.querySelector('.scene.on')));
        every.forEach((at) => all.filter((one) => crosses(one.box[from], one.box[to], at))
          .forEach((one) => crosses(one.box[from], one.box[to], at) && part(one, all, axis, at, every)));
      });
  }

  /** 换了排片：从此按这个拼接。 */
  function keep(root, panels) {
    wall = root;
    grid = panels;
    clearInterval(timer);
    watcher.disconnect();
    restore();
    if (grid) {
      wall.querySelectorAll('[data-scene]').forEach((scene) =>
        watcher.observe(scene, { attributes: true, attributeFilter: ['class'] }));
      tidy();
      timer = setInterval(tidy, EVERY_MS);
    }
  }

  app.seams = { keep, tidy };
})((window.cityops = window.cityops || {}));
