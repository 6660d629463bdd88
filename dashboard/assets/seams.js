/* 拼接屏：排片写明 列x行 时，横跨拼缝的字挪到缝的一侧。只挪字，不改版面；每两秒看一次，
   字变长了、换了画面、换了尺寸都跟着。没写拼接的屏什么也不做。 */
(function (app) {
  'use strict';

  const EVERY_MS = 2000;
  const CLEAR_PX = 3; // 离缝至少这么远
  const LEVELS = 4; // 一个字挪不开，连同所在的一组一起挪，最多往外几层
  let wall = null;
  let grid = '';
  let moved = []; // 挪过的元素，下一次先复原
  let timer = 0;

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

  /** 看得见的字，按所在元素。 */
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
    return Array.from(found, ([el, nodes]) => ({ el, box: boxOf(el, nodes) }))
      .filter((one) => one.box.right > one.box.left && getComputedStyle(one.el).visibility === 'visible');
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
      set('position', 'relative');
      set(axis === 'x' ? 'left' : 'top', by + 'px');
    }
    moved.push({ el, axis, before });
  }

  function restore() {
    moved.reverse().forEach((one) => Object.assign(one.el.style, one.before));
    moved = [];
  }

  /** 把一个字（或它所在的一组）挪开这条缝；挪不开就留着。 */
  function part(one, all, axis, at, every) {
    const [from, to] = axis === 'x' ? ['left', 'right'] : ['top', 'bottom'];
    const frame = (one.el.closest('[data-tile]') || one.el.closest('header') || wall).getBoundingClientRect();
    let el = one.el;
    for (let level = 0; level < LEVELS && el && el !== wall && !el.dataset.tile; level += 1, el = el.parentElement) {
      const mine = all.filter((other) => el.contains(other.el));
      const others = all.filter((other) => !el.contains(other.el));
      const box = union(mine.map((other) => other.box));
      const ways = [at - CLEAR_PX - box[to], at + CLEAR_PX - box[from]]
        .sort((a, b) => Math.abs(a) - Math.abs(b));
      const by = ways.find((way) => {
        const there = shift(box, axis, way);
        return inside(there, frame) && !every.some((line) => crosses(there[from] + 1, there[to] - 1, line))
          && others.every((other) => apart(there, other.box));
      });
      if (by !== undefined && !moved.some((other) => other.el === el && other.axis === axis)) {
        move(el, axis, by);
        mine.forEach((other) => { other.box = shift(other.box, axis, by); });
        return;
      }
    }
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
    restore();
    if (grid) {
      tidy();
      timer = setInterval(tidy, EVERY_MS);
    }
  }

  app.seams = { keep, tidy };
})((window.cityops = window.cityops || {}));
