/* 把帧画到页面：每个 data-measure / data-draw 元素是一个绑定，只有其键变了才重画。
   文字一律 textContent：案卷内容永远不是 HTML。 */
(function (app) {
  'use strict';

  const f = app.format;
  const CHANGE_MS = 240;
  const QUIET_MS = 1000; // 同一数每秒至多闪变一次
  const still = window.matchMedia('(prefers-reduced-motion: reduce)');
  const ABSENT = { v: null, n: null, d: null, st: 'nodata' };
  const painters = {};

  function setText(el, text) {
    if (el.textContent !== text) el.textContent = text;
  }

  function setClass(el, name, on) {
    if (el.classList.contains(name) !== on) el.classList.toggle(name, on);
  }

  function make(tag, className, text) {
    const el = document.createElement(tag);
    if (className) el.className = className;
    if (text !== undefined) el.textContent = text;
    return el;
  }

  function glyph(name) {
    const el = make('i', 'g g-' + name);
    el.setAttribute('aria-hidden', 'true');
    return el;
  }

  /** 子元素数目与数据对齐：复用旧行，不重建。 */
  function pool(el, length, create) {
    while (el.children.length > length) el.removeChild(el.lastChild);
    while (el.children.length < length) el.appendChild(create(el.children.length));
    return el.children;
  }

  /** 没有内容时写明，不留空白；有内容了收起这句话。 */
  function empty(el, none, word) {
    setClass(el, 'empty', none);
    const said = el.firstElementChild && el.firstElementChild.className === 'none-word';
    if (none && !said) {
      el.textContent = '';
      el.appendChild(make('span', 'none-word', word || '无数据'));
    } else if (none) {
      setText(el.firstElementChild, word || '无数据');
    } else if (!none && said) {
      el.textContent = '';
    }
    return none;
  }

  const isRate = (el) => el.dataset.kind === 'rate';
  const hasValue = (cell) => cell.st !== 'nodata' && cell.st !== 'na' && f.known(cell.v);

  /** 各种写法：件数、率（单位另写）、带单位的率、可用率、秒、时长。 */
  const WRITTEN = {
    count: f.count,
    rate: f.rate,
    percent: (v) => f.rate(v) + f.THIN + '%',
    whole: (v) => f.percent(v, 0),
    fine: (v) => (v * 100).toFixed(3),
    seconds: (v) => v.toFixed(1) + ' 秒',
    span: f.lasting,
  };

  const parts = {
    v(el, cell) {
      const text = hasValue(cell) ? WRITTEN[el.dataset.kind](cell.v) : f.NO_VALUE;
      const before = el.textContent;
      setText(el, text);
      setClass(el.parentNode, 'none', text === f.NO_VALUE);
      if (before !== text) {
        const group = el.closest('.steps,.cells');
        if (group) measure(group);
        if (before !== f.NO_VALUE) flash(el);
      }
    },
    nd(el, cell) {
      const none = cell.st === 'nodata' && !f.known(cell.n);
      setText(el, cell.st === 'na' ? '口径不含' : cell === ABSENT ? f.NO_VALUE
        : none ? '0 / 0' : f.count(cell.n) + ' / ' + f.count(cell.d));
    },
    of(el, cell) { setText(el, f.count(f.known(cell.d) ? cell.d : cell.tot)); },
    mark(el, cell) { // 只在不达标时有字形
      const name = cell.ok === 'bad' ? 'cross' : cell.ok === 'warn' ? 'warn' : '';
      const shown = hasValue(cell) && name;
      el.className = shown ? 'g g-' + name + ' ' + cell.ok : 'gone';
    },
    cmp(el, cell) { setText(el, f.count(cell.cmp)); },
    tot(el, cell) { setText(el, f.count(cell.tot)); },
    tgt(el, cell) {
      if (!f.known(cell.tgt)) return setText(el, '');
      const sign = cell.op === '<=' ? '≤ ' : '≥ ';
      return setText(el, '目标 ' + sign + f.percent(cell.tgt, el.dataset.kind === 'fine' ? 3 : 2));
    },
    aim(el, cell) { // 窄处只写符号与数
      setText(el, f.known(cell.tgt) ? (cell.op === '<=' ? '≤ ' : '≥ ') + f.percent(cell.tgt, 2) : '');
    },
    delta(el, cell) {
      if (!hasValue(cell) || !f.known(cell.cmp)) return setText(el, '');
      if (isRate(el)) return setText(el, f.signed((cell.v - cell.cmp) * 100, 2) + ' 百分点');
      if (!el.firstChild || !el.firstElementChild) {
        el.textContent = '';
        el.appendChild(glyph('up'));
        el.appendChild(make('span'));
      }
      const change = cell.v - cell.cmp;
      el.firstElementChild.className = 'g g-' + (change < 0 ? 'down' : 'up');
      setClass(el.firstElementChild, 'gone', change === 0 || !cell.cmp);
      const text = change === 0 ? '持平' : !cell.cmp ? ''
        : (Math.abs(change / cell.cmp) * 100).toFixed(1) + f.THIN + '%';
      return setText(el.lastElementChild, text);
    },
    verdict(el, cell) { verdict(el, verdictOf(cell)); },
    bullet(el, cell) {
      const box = el.children;
      const known = hasValue(cell);
      const scale = bulletScale(cell);
      box[0].style.width = known ? clamp(scale(cell.v)) + '%' : '0';
      box[1].style.left = f.known(cell.tgt) ? clamp(scale(cell.tgt)) + '%' : '-1rem';
      setClass(el, 'bare', !f.known(cell.tgt));
    },
    rib(el, cell, frame) {
      const whole = frame.m['today.cases.reported'] || ABSENT;
      const share = hasValue(cell) && whole.v ? cell.v / whole.v : 0;
      el.firstElementChild.style.width = clamp(share * 100) + '%';
    },
  };

  /** 判定：字形加词；words = [色, 字形, 词]。 */
  function verdict(el, words) {
    const name = 'st verdict ' + words[0];
    if (el.className !== name || !el.lastElementChild) {
      el.className = name;
      el.textContent = '';
      if (words[1]) el.appendChild(glyph(words[1]));
      el.appendChild(make('span'));
    }
    setText(el.lastElementChild, words[2]);
  }

  const clamp = (percent) => Math.max(0, Math.min(100, percent)).toFixed(2);

  function verdictOf(cell) {
    if (cell.st === 'na') return ['', '', '不适用'];
    if (!hasValue(cell)) return ['nod', 'dash', '无数据'];
    if (cell.ok === 'good') return ['good', 'check', '达标'];
    if (cell.ok === 'warn') return ['warn', 'warn', cell.op === '<=' ? '略高于目标' : '略低于目标'];
    if (cell.ok === 'bad') return ['bad', 'cross', '未达标'];
    return ['', '', '未设目标'];
  }

  /** 子弹条：目标居中；≥ 型两侧各 5 个百分点（不够则放宽），≤ 型从 0 到两倍目标。 */
  function bulletScale(cell) {
    if (!f.known(cell.tgt)) return (v) => v * 100;
    const off = f.known(cell.v) ? Math.abs(cell.v - cell.tgt) : 0;
    if (cell.op === '<=') {
      const top = Math.max(2 * cell.tgt, 1.15 * (cell.v || 0));
      return (v) => (v / (top || 1)) * 100;
    }
    const half = Math.max(0.05, 1.15 * off);
    return (v) => 50 + ((v - cell.tgt) / half) * 50;
  }

  /** 一组数字占几个字宽（逗号算半个）：样式表据此定同组字号，位数多了整组一起变小。 */
  function measure(group) {
    const widths = Array.from(group.querySelectorAll('.hero [data-part=v]')).map((el) => {
      const commas = el.textContent.split(',').length - 1;
      return Math.max(1, el.textContent.length - commas / 2);
    });
    group.style.setProperty('--most', String(Math.max.apply(null, widths)));
    group.style.setProperty('--sum', String(widths.reduce((sum, width) => sum + width, 0)));
  }

  /** 数字变化：透明度 0.6→1，无滚动计数。 */
  function flash(el) {
    const now = performance.now();
    if (still.matches || (el.flashedAt && now - el.flashedAt < QUIET_MS)) return;
    el.flashedAt = now;
    el.animate([{ opacity: 0.6 }, { opacity: 1 }], { duration: CHANGE_MS });
  }

  /** 元素依赖哪些键；rib 另依赖上报数。 */
  function keysOf(el) {
    if (el.dataset.draw) return el.dataset.keys.split(' ');
    const own = 'm.' + el.dataset.measure;
    return el.dataset.part === 'rib' ? [own, 'm.today.cases.reported'] : [own];
  }

  /** 一个场景里的全部绑定。 */
  function bind(scene) {
    const found = scene.querySelectorAll('[data-part],[data-draw]');
    return Array.from(found).map((el) => ({ el, keys: keysOf(el), dirty: true }));
  }

  function draw(binding, frame) {
    const el = binding.el;
    binding.dirty = false;
    try {
      if (el.dataset.draw) painters[el.dataset.draw](el, frame);
      else parts[el.dataset.part](el, frame.m[el.dataset.measure] || ABSENT, frame);
    } catch (error) { // 一块出错不影响邻块
      app.trouble = 'paint ' + (el.dataset.draw || el.dataset.measure) + ': ' + error;
      console.error('paint', el.dataset.draw || el.dataset.measure, error);
    }
  }

  /** changed 为 null：整帧；否则只标记有变化的绑定。 */
  function mark(bindings, changed) {
    bindings.forEach((b) => {
      if (!changed || b.keys.some((key) => changed[key])) b.dirty = true;
    });
  }

  function paint(bindings, frame) {
    bindings.forEach((b) => { if (b.dirty) draw(b, frame); });
  }

  Object.assign(app, {
    painters, bind, mark, paint, pool, make, glyph, setText, setClass, empty, hasValue, ABSENT,
    clamp, verdict, verdictOf,
  });
})((window.cityops = window.cityops || {}));
