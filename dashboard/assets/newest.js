/* 快讯、最新案卷、数据接入：说发生了什么、数据从哪来。 */
(function (app) {
  'use strict';

  const f = app.format;
  const { make, glyph, pool, setText, setClass, empty, capacity, fit } = app;

  /** 区与地点；地点里已写了区就不重复。 */
  function where(item) {
    const place = item.place || '';
    if (!item.district || place.indexOf(item.district) === 0) return place;
    return item.district + ' ' + place;
  }

  /** 快讯：一行，整行换；放不下的不露半截。 */
  function ticker(el, frame) {
    const news = frame.t.ticker || [];
    if (empty(el, !news.length, frame.t.ticker && '今日暂无案卷')) return;
    const items = pool(el, news.length, () => {
      const item = make('span', 'news');
      item.appendChild(make('b'));
      ['where', 'what', 'mut'].forEach((name) => item.appendChild(make('span', name)));
      return item;
    });
    news.forEach((item, i) => {
      const cells = items[i].children;
      setText(cells[0], app.zone.minute(item.at));
      setText(cells[1], where(item));
      setText(cells[2], item.category || '');
      setText(cells[3], item.step || '');
      setClass(items[i], 'gone', false);
    });
    let last = news.length - 1;
    while (last > 0 && el.scrollWidth > el.clientWidth + 1) {
      items[last].classList.add('gone');
      last -= 1;
    }
  }

  function newest(el, frame) {
    const news = frame.t.ticker || [];
    if (empty(el, !news.length, frame.t.ticker && '今日暂无案卷')) return;
    const shown = news.slice(0, capacity(el, 1.75, news.length));
    const rows = pool(el, shown.length, () => {
      const row = make('div', 'r');
      ['dim', 'where', 'what', 'mut'].forEach((name) => row.appendChild(make('span', name)));
      return row;
    });
    shown.forEach((item, i) => {
      const cells = rows[i].children;
      setText(cells[0], app.zone.minute(item.at));
      setText(cells[1], where(item));
      setText(cells[2], item.category || '');
      setText(cells[3], item.step || '');
    });
    fit(el, rows, shown.length);
  }

  const FEED = {
    live: ['live', 'dot', '实时'],
    late: ['late', 'clock', '迟滞'],
    offline: ['off', 'cross', '断线'],
    nodata: ['nod', 'dash', '未接入'],
    unknown: ['nod', 'dash', '未知'],
  };

  /** 数据接入：每个来源系统的状态与数据龄（按服务器时钟），末行写入库健康。 */
  function feeds(el, frame) {
    const sources = frame.sources || [];
    if (empty(el, !sources.length, frame.sources && '未配置来源')) return;
    const health = frame.health || {};
    const room = Math.max(1, capacity(el, 1.5, sources.length + 1) - 1);
    const shown = sources.length <= room ? sources : worstFirst(sources).slice(0, room);
    const rows = pool(el, shown.length + 1, () => {
      const row = make('div', 'r');
      const state = row.appendChild(make('span', 'st'));
      state.appendChild(glyph('dot'));
      row.appendChild(make('span', 'name'));
      row.appendChild(make('span', 'word'));
      row.appendChild(make('span', 'age'));
      return row;
    });
    setClass(el, 'few', shown.length < 4);
    const now = app.now();
    const known = ['live', 'replay'].indexOf(app.live.status().state) >= 0;
    shown.forEach((source, i) => {
      const row = rows[i];
      const look = known ? FEED[source.state] || FEED.nodata : FEED.unknown;
      row.className = 'r ' + look[0];
      row.children[0].className = 'st ' + look[0];
      row.children[0].firstElementChild.className = 'g g-' + look[1];
      setText(row.children[1], source.name);
      setText(row.children[2], look[2]);
      setText(row.children[3], source.last_at === null || source.last_at === undefined ? '—'
        : look[0] === 'off' || !known ? '停在 ' + app.zone.time(source.last_at)
          : f.span(Math.max(1000, now - source.last_at)) + '前');
    });
    healthRow(rows[shown.length], health, sources.length - shown.length, Boolean(el.dataset.brief));
  }

  /** 放不下时先写出问题的来源。 */
  function worstFirst(sources) {
    const order = ['offline', 'late', 'nodata', 'live'];
    return sources.slice().sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state));
  }

  function healthRow(row, health, hidden, brief) {
    const lag = f.known(health.lag_ms) ? (health.lag_ms / 1000).toFixed(1) + ' 秒' : '—';
    row.className = 'r foot';
    row.children[0].className = 'gone';
    const more = hidden > 0 ? '另有 ' + hidden + ' 个来源　' : '';
    setText(row.children[1], brief && more ? more : more + (health.gap ? health.gap.text : '入库延迟 ' + lag));
    setText(row.children[2], '');
    setText(row.children[3], health.rejected ? '拒收 ' + f.count(health.rejected) + ' 条' : '拒收 0 条');
  }

  Object.assign(app.painters, { ticker, newest, feeds });
})((window.cityops = window.cityops || {}));
