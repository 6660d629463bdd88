/* 热力图层：每块瓦片存编号、像素缓冲与“成员 → 像素”索引；一次更新只碰变了的成员的像素，
   放回一个脏矩形。颜色不进瓦片，数值不进网络瓦片。 */
(function (app) {
  'use strict';

  const SIZE = 256;
  const PIXELS = SIZE * SIZE;
  const MAX_NATIVE = 16;
  const MIN_NATIVE = 8;
  const NO_CLASS = app.heatCode.NO_CLASS;

  /** '#rrggbb' → 小端 RGBA 的一个 uint32。 */
  function packed(hex, alpha) {
    const n = parseInt(hex.slice(1), 16);
    return ((alpha << 24) | ((n & 255) << 16) | (((n >> 8) & 255) << 8) | (n >> 16)) >>> 0;
  }

  /** 九档颜色；率反着用：越低越亮，最高一档用安静的底色，无数据透明。 */
  function paletteOf(css, rate, see) {
    const colour = (name) => css.getPropertyValue(name).trim();
    const out = new Uint32Array(256);
    for (let i = 0; i < 9; i += 1) {
      out[i] = rate ? packed(i === 8 ? colour('--h-fine') : colour('--h' + (8 - i)), 255)
        : packed(colour('--h' + i), i === 0 && see ? 0 : 255);
    }
    out[NO_CLASS] = see ? 0 : packed(colour('--h0'), 255);
    return out;
  }

  let tally = new Uint32Array(1 << 12); // 按成员计数，再作各自的下一个起点；用完归零

  /** 成员 → 像素：升序的成员、各自在 spots 中的起点、像素下标。不用 Map：一块瓦片六万像素，
      逐个查表要几毫秒，一屏几十块就占满一帧。 */
  function indexOf(ids) {
    const seen = [];
    let used = 0;
    for (let p = 0; p < PIXELS; p += 1) {
      const member = ids[p];
      if (!member) continue; // 网格外
      if (count(member, 1)) seen.push(member);
      used += 1;
    }
    const { members, starts } = placed(seen);
    const spots = new Uint16Array(used);
    for (let p = 0; p < PIXELS; p += 1) {
      const member = ids[p];
      if (!member) continue;
      spots[tally[member]] = p;
      tally[member] += 1;
    }
    return cleared({ members, starts, spots });
  }

  /** 上级的索引：由单元网格的索引归并，不再碰像素。 */
  function lifted(base, parent) {
    const seen = [];
    let used = 0;
    for (let i = 0; i < base.members.length; i += 1) {
      const member = parent[base.members[i]] + 1;
      if (!member) continue; // 不属于任何上级
      const n = base.starts[i + 1] - base.starts[i];
      if (count(member, n)) seen.push(member);
      used += n;
    }
    const { members, starts } = placed(seen);
    const spots = new Uint16Array(used);
    for (let i = 0; i < base.members.length; i += 1) {
      const member = parent[base.members[i]] + 1;
      if (!member) continue;
      let at = tally[member];
      for (let s = base.starts[i]; s < base.starts[i + 1]; s += 1, at += 1) spots[at] = base.spots[s];
      tally[member] = at;
    }
    return cleared({ members, starts, spots });
  }

  /** 记下成员的 n 个像素；头一回见到为真。 */
  function count(member, n) {
    if (member >= tally.length) {
      const wider = new Uint32Array(Math.max(member + 1, 2 * tally.length));
      wider.set(tally);
      tally = wider;
    }
    const first = tally[member] === 0;
    tally[member] += n;
    return first;
  }

  function placed(seen) {
    const members = Int32Array.from(seen).sort();
    const starts = new Uint32Array(members.length + 1);
    for (let i = 0; i < members.length; i += 1) {
      starts[i + 1] = starts[i] + tally[members[i]];
      tally[members[i]] = starts[i];
    }
    return { members, starts };
  }

  function cleared(index) {
    for (let i = 0; i < index.members.length; i += 1) {
      tally[index.members[i]] = 0;
      index.members[i] -= 1; // 从 0 起
    }
    return index;
  }

  /** 升序数组里 wanted 的位置，从 from 起；没有则为取反的插入点。 */
  function seek(sorted, wanted, from) {
    let low = from;
    let high = sorted.length - 1;
    while (low <= high) {
      const mid = (low + high) >> 1;
      if (sorted[mid] === wanted) return mid;
      if (sorted[mid] < wanted) low = mid + 1; else high = mid - 1;
    }
    return ~low;
  }

  class Tile {
    constructor(canvas) {
      this.canvas = canvas;
      canvas.width = SIZE;
      canvas.height = SIZE;
      this.pen = canvas.getContext('2d');
      this.ids = null;
      this.base = null; // 单元网格的索引
      this.index = null; // 此刻这一级的
      this.image = null;
      this.rgba = null;
      this.abort = new AbortController();
    }

    take(ids, parent) {
      this.ids = ids;
      this.image = this.pen.createImageData(SIZE, SIZE);
      this.rgba = new Uint32Array(this.image.data.buffer);
      this.base = indexOf(ids);
      this.level(parent);
    }

    level(parent) {
      this.index = parent ? lifted(this.base, parent) : this.base;
      this.rgba.fill(0);
    }

    /** 全部重画。 */
    paint(classes, palette) {
      const { members, starts, spots } = this.index;
      for (let i = 0; i < members.length; i += 1) {
        const colour = palette[classes[members[i]]];
        for (let s = starts[i]; s < starts[i + 1]; s += 1) this.rgba[spots[s]] = colour;
      }
      this.pen.putImageData(this.image, 0, 0);
    }

    /** 只画变了的成员（升序），返回脏矩形的像素数。 */
    touch(changed, classes, palette) {
      const { members, starts, spots } = this.index;
      if (!members.length) return 0;
      let left = SIZE;
      let top = SIZE;
      let right = -1;
      let bottom = -1;
      const last = members[members.length - 1];
      let from = 0;
      for (let c = 0; c < changed.length; c += 1) {
        const member = changed[c];
        if (member > last) break;
        const i = seek(members, member, from);
        if (i < 0) {
          from = ~i;
          continue;
        }
        from = i + 1;
        const colour = palette[classes[member]];
        for (let s = starts[i]; s < starts[i + 1]; s += 1) {
          const p = spots[s];
          this.rgba[p] = colour;
          const x = p & 255;
          const y = p >> 8;
          if (x < left) left = x;
          if (x > right) right = x;
          if (y < top) top = y;
          if (y > bottom) bottom = y;
        }
      }
      if (right < 0) return 0;
      const wide = right - left + 1;
      const high = bottom - top + 1;
      this.pen.putImageData(this.image, 0, 0, left, top, wide, high);
      return wide * high;
    }

    /** 成员在本瓦片里的像素：数目与坐标之和。 */
    spot(member) {
      const { members, starts, spots } = this.index;
      const i = seek(members, member, 0);
      if (i < 0) return null;
      let x = 0;
      let y = 0;
      for (let s = starts[i]; s < starts[i + 1]; s += 1) {
        x += spots[s] & 255;
        y += spots[s] >> 8;
      }
      return { n: starts[i + 1] - starts[i], x, y };
    }
  }

  /** options：version，onTiles()（可见瓦片齐了）。 */
  function createLayer(L, options) {
    const tiles = new Map(); // "z/x/y" → Tile
    let vector = null;
    let parent = null;
    let palette = null;
    const css = getComputedStyle(document.documentElement);
    const name = (at) => at.z + '/' + at.x + '/' + at.y;

    const Layer = L.GridLayer.extend({
      /** 缩放级取上整：瓦片只会缩小显示，格子不糊。 */
      _setView(center, zoom, noPrune, noUpdate) {
        const fine = Math.ceil(zoom - 0.05);
        let tileZoom = Math.min(MAX_NATIVE, Math.max(MIN_NATIVE, fine));
        if (zoom > this._map.getMaxZoom() + 1) tileZoom = undefined;
        if (!noUpdate || tileZoom !== this._tileZoom) {
          this._tileZoom = tileZoom;
          if (this._abortLoading) this._abortLoading();
          this._updateLevels();
          this._resetGrid();
          if (tileZoom !== undefined) this._update(center);
          if (!noPrune) this._pruneTiles();
          this._noPrune = Boolean(noPrune);
        }
        this._setZoomTransforms(center, zoom);
      },

      createTile(at, done) {
        const canvas = L.DomUtil.create('canvas', 'leaflet-tile');
        const tile = new Tile(canvas);
        tiles.set(name(at), tile);
        fetch('/tiles/' + options.version + '/' + name(at), { signal: tile.abort.signal })
          .then((answer) => {
            if (!answer.ok) throw new Error('tile ' + name(at) + ' ' + answer.status);
            return answer.arrayBuffer();
          })
          .then((buffer) => app.heatCode.unzip(new Uint8Array(buffer), PIXELS * 4))
          .then((bytes) => {
            if (tiles.get(name(at)) !== tile) return;
            tile.take(new Uint32Array(bytes.buffer, bytes.byteOffset, PIXELS), parent);
            if (vector && vector.values) tile.paint(vector.classes, palette);
            done(null, canvas);
          })
          .catch((error) => {
            if (error.name !== 'AbortError') done(error, canvas);
          });
        return canvas;
      },

      _removeTile(key) {
        const held = this._tiles[key];
        if (held) {
          const tile = tiles.get(name(held.coords));
          if (tile && tile.canvas === held.el) {
            tile.abort.abort();
            tiles.delete(name(held.coords));
          }
        }
        L.GridLayer.prototype._removeTile.call(this, key);
      },

      _initTile(el) {
        L.GridLayer.prototype._initTile.call(this, el);
        el.style.width = SIZE + 0.5 + 'px'; // 非整数缩放时瓦片间不露缝
        el.style.height = SIZE + 0.5 + 'px';
      },
    });

    const layer = new Layer({ pane: 'heat', tileSize: SIZE, updateWhenIdle: false, keepBuffer: 1,
      minZoom: 0, maxZoom: 22, minNativeZoom: MIN_NATIVE, maxNativeZoom: MAX_NATIVE, noWrap: true, bounds: options.bounds });
    layer.on('load', () => options.onTiles());

    const each = (act) => tiles.forEach((tile) => { if (tile.index) act(tile); });

    Object.assign(layer, {
      held: tiles,
      /** 换数值（同级）或换级；parents 为该级的上级下标，单元网格为 null。 */
      show(next, parents) {
        if (parents !== parent) {
          parent = parents;
          each((tile) => tile.level(parent));
        }
        vector = next;
        palette = paletteOf(css, next.rate, options.see);
        layer.repaint();
      },
      repaint() {
        if (vector && vector.values) each((tile) => tile.paint(vector.classes, palette));
      },
      touch(changed) {
        let pixels = 0;
        if (changed.length) each((tile) => { pixels += tile.touch(changed, vector.classes, palette); });
        return pixels;
      },
      /** 此处的单元网格，1 起；0 为网格外；null 为瓦片未到。 */
      cellAt(latlng) {
        const zoom = layer._tileZoom;
        if (zoom === undefined) return null;
        const at = layer._map.project(latlng, zoom).floor();
        const tile = tiles.get(zoom + '/' + (at.x >> 8) + '/' + (at.y >> 8));
        if (!tile || !tile.ids) return null;
        return tile.ids[((at.y & 255) << 8) | (at.x & 255)];
      },
      /** 成员的中心，由已到的瓦片像素求得；不在画面内为 null。 */
      centreOf(member) {
        const zoom = layer._tileZoom;
        let n = 0;
        let x = 0;
        let y = 0;
        tiles.forEach((tile, key) => {
          const [z, left, top] = key.split('/').map(Number);
          if (!tile.index || z !== zoom) return;
          const found = tile.spot(member);
          if (!found) return;
          n += found.n;
          x += found.x + found.n * (left * SIZE + 0.5);
          y += found.y + found.n * (top * SIZE + 0.5);
        });
        return n ? layer._map.unproject([x / n, y / n], zoom) : null;
      },
    });
    return layer;
  }

  Object.assign(app, { createHeatLayer: createLayer, heatPalette: paletteOf });
})((window.cityops = window.cityops || {}));
