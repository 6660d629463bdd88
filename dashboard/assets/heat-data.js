/* 热力数据：整份与增量解码，按键保存数值，随实时链路更新。不碰页面。
   增量从不排队等绘制：先写值，再告诉图层哪些成员变了。 */
(function (app) {
  'use strict';

  const PENDING_MAX = 256; // 等整份时先存着的增量
  const RETRY_MS = 2000;
  const SETTLE_MS = 60;
  const NO_CLASS = 255; // 率：分母为 0
  const LEVEL_WINDOW = { '1h': 1 / 200, today: 1 / 20, yesterday: 1 / 20, '7d': 1 / 4, '30d': 1, year: 10 };

  function bytesOf(base64) {
    const text = atob(base64);
    const out = new Uint8Array(text.length);
    for (let i = 0; i < text.length; i += 1) out[i] = text.charCodeAt(i);
    return out;
  }

  /** 服务器可能已由浏览器解压；看长度与魔数。size：解压后的字节数，不知道则不给。 */
  function unzip(bytes, size) {
    const zipped = bytes.length !== size && bytes[0] === 0x1f && bytes[1] === 0x8b;
    if (!zipped) return Promise.resolve(bytes);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    return new Response(stream).arrayBuffer().then((buffer) => new Uint8Array(buffer));
  }

  function int32s(bytes) {
    const aligned = bytes.byteOffset % 4 ? bytes.slice() : bytes;
    return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >> 2);
  }

  /** 逐个读出增量：each(成员, 值)。七位一组，低位在前；值为锯齿码。 */
  function unpack(bytes, each) {
    let at = 0;
    let member = 0;
    function varint() {
      let out = 0;
      let scale = 1;
      for (;;) {
        const octet = bytes[at];
        if (octet === undefined) throw new Error('heat delta is cut');
        at += 1;
        out += (octet & 0x7f) * scale;
        if (octet < 0x80) return out;
        scale *= 128;
      }
    }
    while (at < bytes.length) {
      member += varint();
      const zigzag = varint();
      each(member, zigzag % 2 ? -(zigzag + 1) / 2 : zigzag / 2);
    }
  }

  /** 分档下界：单元网格用定死的九档；上级按成员大小与窗口乘一个定死的倍数，取 1、2、5。 */
  function boundsOf(meta, key) {
    const [measureId, windowId, levelId] = key.split('.');
    const measure = meta.measures.find((one) => one.id === measureId);
    const bounds = measure.classes || meta.classes;
    if (measure.kind === 'rate' || levelId === 'unit_cell') return bounds;
    const level = meta.levels.find((one) => one.id === levelId);
    const rough = Math.pow(meta.n / Math.max(1, level.count), 2 / 3) * (LEVEL_WINDOW[windowId] || 1);
    const power = Math.pow(10, Math.floor(Math.log10(Math.max(1, rough))));
    const step = [1, 2, 5].filter((n) => n * power <= rough).pop() || 1;
    return bounds.map((n) => n * step * power);
  }

  function classOf(bounds, value) {
    if (value < 0) return NO_CLASS;
    let i = bounds.length - 1;
    while (i > 0 && value < bounds[i]) i -= 1;
    return i;
  }

  /** 一个键的数值与分档。 */
  function createVector(meta, key) {
    return { key, bounds: boundsOf(meta, key), rate: isRate(meta, key), seq: null, asOf: 0,
      total: null, top: [], repeat: [], values: null, classes: null, some: 0 };
  }

  /** 一个键有几个成员。 */
  function sizeOf(meta, key) {
    const levelId = key.split('.')[2];
    return levelId === 'unit_cell' ? meta.n : meta.levels.find((one) => one.id === levelId).count;
  }

  const isRate = (meta, key) =>
    meta.measures.find((one) => one.id === key.split('.')[0]).kind === 'rate';

  function fill(vector, values) {
    vector.values = values;
    vector.classes = new Uint8Array(values.length);
    let some = 0;
    for (let i = 0; i < values.length; i += 1) {
      vector.classes[i] = classOf(vector.bounds, values[i]);
      if (values[i] > 0) some += 1;
    }
    vector.some = some;
  }

  /** 写入增量，返回分档变了的成员（升序）。 */
  function change(vector, bytes) {
    const repaint = [];
    unpack(bytes, (i, value) => {
      if (i >= vector.values.length) throw new Error('heat delta beyond the grid');
      vector.some += (value > 0) - (vector.values[i] > 0);
      vector.values[i] = value;
      const found = classOf(vector.bounds, value);
      if (found !== vector.classes[i]) {
        vector.classes[i] = found;
        repaint.push(i);
      }
    });
    return repaint;
  }

  /** 全部键：谁要哪些、从哪取、变了告诉谁。 */
  function createHeat() {
    const wishes = new Map(); // 谁 → 键
    const held = new Map(); // 键 → { vector, busy, pending, retry }
    const listeners = [];
    let meta = null;
    let live = null;
    let asked = '';
    let settling = 0;
    let learnt = null;

    /** 网格的说明：头一个要的人取，取一次。 */
    function learn() {
      learnt = learnt || fetch('/grid/meta.json')
        .then((answer) => (answer.ok ? answer.json() : null))
        .then((told) => { meta = told; return told; });
      return learnt;
    }

    const wanted = () => Array.from(new Set([].concat(...Array.from(wishes.values())))).sort();
    const tell = (key, changed) => listeners.forEach((listener) => listener(key, changed));

    function want(who, keys) {
      wishes.set(who, keys);
      if (!meta) return;
      const now = new Set(wanted());
      held.forEach((entry, key) => {
        if (now.has(key)) return;
        clearTimeout(entry.retry);
        held.delete(key);
      });
      now.forEach((key) => {
        if (held.has(key)) return;
        held.set(key, { vector: createVector(meta, key), busy: false, pending: [], retry: 0 });
        load(key);
      });
      clearTimeout(settling);
      settling = setTimeout(retune, SETTLE_MS);
    }

    function retune() {
      const keys = wanted().join(',');
      if (!live || keys === asked) return;
      asked = keys;
      live.again();
    }

    function load(key) {
      const entry = held.get(key);
      if (!entry || entry.busy) return;
      if (app.playback) {
        loadPast(entry, key);
        return;
      }
      entry.busy = true;
      fetch('/heat/' + key, { cache: 'no-store' })
        .then((answer) => {
          if (!answer.ok) throw new Error('/heat/' + key + ' ' + answer.status);
          return answer.json();
        })
        .then((told) => unzip(bytesOf(told.values)).then((bytes) => accept(entry, key, told, bytes)))
        .catch(() => {
          entry.busy = false;
          entry.retry = setTimeout(() => load(key), RETRY_MS * (0.75 + Math.random() / 2));
        });
    }

    /** 回放：那一分钟的整份。没有记录就空着，绝不留着别的时刻的数。 */
    function loadPast(entry, key) {
      entry.turn = (entry.turn || 0) + 1;
      const mine = entry.turn;
      const url = app.playback.heatUrl(key);
      const known = url && app.playback.mapped(key.split('.').slice(0, 2).join('.'));
      const blank = () => {
        if (mine !== entry.turn) return;
        entry.vector = createVector(meta, key);
        fill(entry.vector, new Int32Array(sizeOf(meta, key)).fill(entry.vector.rate ? -1 : 0));
        entry.vector.absent = true;
        tell(key, null);
      };
      if (app.playback.status().state === 'connecting') return; // 那一幅到了会再来
      if (!known) {
        blank();
        return;
      }
      fetch(url)
        .then((answer) => {
          if (!answer.ok) throw new Error(url + ' ' + answer.status);
          return answer.json();
        })
        .then((told) => unzip(bytesOf(told.values)).then((bytes) => {
          if (mine !== entry.turn) return;
          entry.vector = createVector(meta, key);
          accept(entry, key, told, bytes);
        }))
        .catch(blank);
    }

    /** 回放换了一分：要着的都重取。 */
    function renew() {
      held.forEach((entry, key) => loadPast(entry, key));
    }

    function accept(entry, key, told, bytes) {
      if (held.get(key) !== entry) return;
      // 换了网格：瓦片也旧了；版本号随之变，整页会重载，之前不画
      if (told.grid !== meta.version) throw new Error('another grid: ' + told.grid);
      entry.busy = false;
      const vector = entry.vector;
      fill(vector, int32s(bytes).slice());
      vector.seq = told.seq;
      vector.asOf = told.as_of;
      ['total', 'top', 'repeat', 'outside', 'unlocated'].forEach((name) => {
        if (told[name] !== undefined) vector[name] = told[name];
      });
      const waiting = entry.pending;
      entry.pending = [];
      tell(key, null);
      waiting.forEach(onDelta);
    }

    function onDelta(delta) {
      const entry = held.get(delta.key);
      if (!entry) return;
      const vector = entry.vector;
      if (entry.busy || vector.seq === null) {
        entry.pending.push(delta);
        if (entry.pending.length > PENDING_MAX) entry.pending.shift();
        return;
      }
      if (delta.seq <= vector.seq) return;
      if (delta.base !== vector.seq) {
        load(delta.key);
        return;
      }
      const began = performance.now();
      let changed = [];
      try {
        changed = delta.d ? change(vector, bytesOf(delta.d)) : changed;
      } catch (error) {
        console.error('heat', delta.key, error);
        load(delta.key);
        return;
      }
      vector.seq = delta.seq;
      vector.asOf = delta.as_of;
      ['total', 'top', 'repeat', 'outside', 'unlocated'].forEach((name) => {
        if (delta[name] !== undefined) vector[name] = delta[name];
      });
      tell(delta.key, changed);
      heat.lastMs = performance.now() - began;
    }

    const heat = {
      get ready() { return learn(); },
      want,
      wanted,
      renew,
      meta: () => meta,
      vector: (key) => { const entry = held.get(key); return entry ? entry.vector : null; },
      listen: (listener) => listeners.push(listener),
      /** 没有实时链路的页面：整份再取。 */
      refresh: () => held.forEach((entry, key) => load(key)),
      unlisten: (listener) => listeners.splice(listeners.indexOf(listener), 1),
      follow(stream) {
        learn();
        live = stream;
        asked = wanted().join(',');
        live.on('heat', onDelta);
        live.on('points', (points) => tell('points', points));
      },
      onDelta,
      lastMs: 0,
    };
    return heat;
  }

  const parents = new Map();

  /** 上级下标：每个单元网格属于该级的第几个成员；取一次，随网格版本永久缓存。 */
  function parentOf(meta, level) {
    if (level === 'unit_cell') return Promise.resolve(null);
    if (!parents.has(level)) {
      parents.set(level, fetch('/grid/' + meta.version + '/parent/' + level + '.bin')
        .then((answer) => answer.arrayBuffer())
        .then((buffer) => unzip(new Uint8Array(buffer), meta.n * 4))
        .then(int32s));
      parents.get(level).catch(() => parents.delete(level));
    }
    return parents.get(level);
  }

  const members = new Map();

  /** 一级的成员：编码、名称、中心。 */
  function membersOf(meta, level) {
    if (!members.has(level)) {
      members.set(level, fetch('/grid/' + meta.version + '/members/' + level + '.json')
        .then((answer) => answer.json()));
      members.get(level).catch(() => members.delete(level));
    }
    return members.get(level);
  }

  Object.assign(app, { createHeat, parentOf, membersOf });
  app.heatCode = { bytesOf, unzip, unpack, boundsOf, classOf, createVector, fill, change, NO_CLASS };
  app.heat = createHeat();
})((window.cityops = window.cityops || {}));
