/* 状态看得见：每块磁贴写“状态 + 数据龄”，页眉写数据截至，迟滞与断线出横幅。
   按服务器时钟判定；旧值留着，加斜纹与停在的时刻，永不空白。 */
(function (app) {
  'use strict';

  const f = app.format;
  const LOOK = {
    connecting: ['nod', 'dash', '正在连接'],
    live: ['live', 'dot', '实时'],
    late: ['late', 'clock', '迟滞'],
    offline: ['off', 'cross', '断线'],
    nodata: ['nod', 'dash', '无数据'],
    na: ['nod', 'dash', '不适用'],
    replay: ['past', 'rewind', '回放'],
    norecord: ['nod', 'dash', '无记录'],
    bad: ['bad', 'warn', '告警'],
    warn: ['warn', 'warn', '告警'],
  };
  const TILE = { late: 'late', offline: 'off', nodata: 'nod', norecord: 'nod' };
  const STREAM = 'today.cases.reported'; // 没有自己指标的磁贴随案卷流

  const seconds = (age) => Math.max(1, Math.ceil(age / 1000)) + ' 秒';

  function write(el, state, text) {
    const look = LOOK[state];
    if (el.dataset.state !== state || !el.firstElementChild) {
      el.dataset.state = state;
      el.className = 'st state ' + look[0];
      el.textContent = '';
      el.appendChild(app.glyph(look[1]));
      el.appendChild(app.make('span'));
    }
    app.setText(el.lastElementChild, text);
  }

  /** 一块磁贴的数据状态：链路之外，看它的指标。 */
  function cellState(tile, frame) {
    const keys = tile.measures.length ? tile.measures : [STREAM];
    const states = keys.map((key) => (frame.m[key] || app.ABSENT).st);
    if (states.indexOf('offline') >= 0) return 'offline';
    if (states.indexOf('late') >= 0) return 'late';
    if (states.every((st) => st === 'na')) return 'na';
    return states.every((st) => st === 'nodata' || st === 'na') ? 'nodata' : 'live';
  }

  /** 磁贴迟滞时停在何时：指标写明了来源就看那个来源，否则看最新鲜的。 */
  function lastHeard(tile, frame) {
    const stale = tile.measures.map((key) => frame.m[key] || app.ABSENT)
      .find((cell) => (cell.st === 'late' || cell.st === 'offline') && cell.src);
    const own = stale && (frame.sources || []).find((source) => source.id === stale.src);
    if (own && f.known(own.last_at)) return own.last_at;
    const times = (frame.sources || []).map((source) => source.last_at).filter(f.known);
    return times.length ? Math.max.apply(null, times) : frame.as_of;
  }

  function describe(state, age, stoppedAt) {
    if (state === 'live') return '实时 ' + seconds(age);
    if (state === 'late') return '迟滞 ' + f.span(age);
    if (state === 'offline') return '断线 ' + app.zone.time(stoppedAt);
    if (state === 'replay') return '回放 ' + app.zone.minute(app.now());
    return LOOK[state][2];
  }

  function findTiles(scene) {
    return Array.from(scene.querySelectorAll('[data-tile]')).map((el) => ({
      el,
      state: el.querySelector('.state'),
      measures: Array.from(el.querySelectorAll('[data-measure][data-part]'))
        .map((part) => part.dataset.measure),
      watched: Array.from(el.querySelectorAll('[data-measure]'), (part) => part.dataset.measure),
    }));
  }

  /** 链路坏时全体随链路；链路好时各看各的来源。 */
  function paintTiles(tiles, frame, link, now) {
    tiles.forEach((tile) => {
      let state = link.state;
      let age = link.age;
      let stopped = link.dataAt;
      if (frame && (state === 'live' || state === 'replay')) {
        const own = cellState(tile, frame);
        if (own !== 'live') state = own;
        if (state === 'late' || state === 'offline') {
          stopped = lastHeard(tile, frame);
          age = now - stopped;
        }
      }
      const alarm = app.dressAlarm(tile, frame, now);
      if (alarm && (state === 'live' || state === 'replay')) write(tile.state, alarm.severity, alarm.text);
      else write(tile.state, state, stopped === null ? LOOK[state][2] : describe(state, age, stopped));
      ['late', 'off', 'nod'].forEach((name) => app.setClass(tile.el, name, TILE[state] === name));
    });
  }

  /** 断在哪一段：到服务器、到数据总线、还是没有人写数据。 */
  function whereBroken(link) {
    if (!link.heard) return '正在重连';
    return link.redisOk ? '数据源没有更新' : '数据总线中断，正在重连';
  }

  function bannerText(link) {
    const age = '　已 ' + f.span(link.age);
    if (link.dataAt === null) return '断线　尚未收到数据' + age + '　' + whereBroken(link);
    const at = app.zone.time(link.dataAt);
    if (link.state === 'late') return '迟滞　数据停在 ' + at + age;
    return '断线　最后数据 ' + at + age + '　' + whereBroken(link);
  }

  /** 页眉：数据截至、横幅。 */
  function paintHeader(header, link) {
    const shown = link.dataAt === null ? LOOK[link.state][2] : '数据截至 ' + app.zone.time(link.dataAt);
    write(header.fresh, link.state, LOOK[link.state][2]);
    const trouble = link.accountsOk ? '' : '　▲ 账号库不可用，画面照常';
    app.setText(header.asOf, (link.dataAt === null ? '' : shown) + trouble);
    const stale = link.state === 'late' || link.state === 'offline';
    header.wall.dataset.link = link.state;
    if (!stale) return app.setText(header.banner, '');
    const name = 'banner ' + LOOK[link.state][0];
    if (header.banner.className !== name || !header.banner.firstElementChild) {
      header.banner.className = name;
      header.banner.textContent = '';
      header.banner.appendChild(app.glyph(LOOK[link.state][1]));
      header.banner.appendChild(app.make('span'));
    }
    return app.setText(header.banner.lastElementChild, bannerText(link));
  }

  Object.assign(app, { findTiles, paintTiles, paintHeader });
})((window.cityops = window.cityops || {}));
