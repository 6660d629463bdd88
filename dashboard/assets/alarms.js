/* 告警的面：每个场景的页眉都写——铃、级别、题、现值、已多久、是否确认、共几条；固定所属场景；
   未确认时边框起伏，确认后静止，解除后 60 秒写“已解除”。排序、计时、静音由帧说了算。 */
(function (app) {
  'use strict';

  const f = app.format;
  const { make, glyph, setText, setClass } = app;
  const CLEARED_MS = 60000;
  const WORDS = {
    bad: ['bad', 'bell', '严重'],
    warn: ['warn', 'bell', '警告'],
    info: ['note', 'bell', '提示'],
  };
  const NONE = { active: 0, unacked: 0, worst: null, quiet: false };

  /** 帧里的行，去掉解除已满 60 秒的（帧停了也会收起）。 */
  function rowsOf(frame, now) {
    return ((frame && frame.t.alarms) || []).filter((row) =>
      row.state !== 'cleared' || now - (row.cleared_at || 0) < CLEARED_MS);
  }

  function ageText(row, now) {
    if (row.state === 'cleared') return '';
    return '已 ' + f.span(Math.max(0, now - row.since));
  }

  function stateText(row, pinned) {
    if (row.state === 'cleared') return '已解除';
    if (row.state === 'acked') return (row.acked_by_role || '') + '已确认';
    return '未确认' + (pinned ? '　轮播已停' : '');
  }

  function build(el) {
    if (el.firstElementChild) return el.children;
    el.appendChild(glyph('bell'));
    ['word', 'title', 'now', 'age', 'ack', 'more'].forEach((name) => el.appendChild(make('span', name)));
    return el.children;
  }

  /** options: bar 横条、wall 墙框、stage 轮播、sound 声音、tiles 各场景的磁贴。 */
  function createAlarms(options) {
    const { bar, wall, stage, sound } = options;
    const heard = new Set();
    let known = false;

    /** 新进入的、该响的告警：整页刚开时，早已在的不算新。 */
    function entering(rows, now) {
      const fresh = rows.filter((row) => row.state === 'active' && row.severity !== 'info'
        && !heard.has(row.id) && (known || now - row.since < 10000));
      const present = new Set(rows.map((row) => row.id));
      rows.forEach((row) => heard.add(row.id));
      heard.forEach((id) => { if (!present.has(id)) heard.delete(id); });
      known = true;
      return fresh;
    }

    function paintBar(row, rows, told, pinned, now) {
      setClass(bar, 'gone', !row);
      wall.dataset.alarm = row ? row.state : '';
      if (!row) return;
      const words = row.state === 'cleared' ? ['good', 'check', '已解除'] : WORDS[row.severity] || WORDS.info;
      const parts = build(bar);
      const name = 'alarm-bar ' + words[0] + ' ' + row.state;
      if (bar.className !== name) bar.className = name;
      const sign = 'g g-' + words[1];
      if (parts[0].className !== sign) parts[0].className = sign;
      bar.dataset.card = row.card || 'alarms.' + row.rule;
      setText(parts[1], row.state === 'cleared' ? '' : words[2]);
      setText(parts[2], row.title);
      setText(parts[3], row.state === 'cleared' ? '' : row.value || '');
      setText(parts[4], ageText(row, now));
      setText(parts[5], stateText(row, pinned));
      const others = Math.max(told.active, rows.filter((one) => one.state !== 'cleared').length);
      setText(parts[6], others > 1 ? '共 ' + others + ' 条' : '');
    }

    /** 每 200 ms：横条、固定、声音。 */
    function tick(frame, now) {
      const rows = rowsOf(frame, now);
      const told = (frame && frame.s.alarms) || NONE;
      const first = rows[0] || null;
      const pinning = rows.find((row) => row.state === 'active' && row.scene && row.severity !== 'info');
      stage.pin(pinning ? pinning.scene : null);
      const fresh = frame ? entering(rows, now) : [];
      if (fresh.length && !told.quiet) sound.ring(fresh[0].severity);
      sound.say({ wanted: Boolean(frame && frame.s.alarms), quiet: told.quiet, alarm: told.unacked > 0 });
      paintBar(first, rows, told, Boolean(pinning) && !app.playback, now);
    }

    return { tick };
  }

  /** 看某块磁贴的告警：帧里已按轻重排好，取第一条未解除的。 */
  function alarmOf(frame, keys) {
    return ((frame && frame.t.alarms) || []).find((row) => row.state !== 'cleared'
      && row.severity !== 'info' && keys.indexOf(row.card) >= 0) || null;
  }

  /** 磁贴成为告警的样子：深红底、红边、铃；返回要写的状态。 */
  function dress(tile, frame, now) {
    const row = alarmOf(frame, tile.watched);
    setClass(tile.el, 'alarm', Boolean(row) && row.severity === 'bad');
    setClass(tile.el, 'alarm-warn', Boolean(row) && row.severity === 'warn');
    setClass(tile.el, 'ack', Boolean(row) && row.state === 'acked');
    return row && { severity: row.severity, text: '超限 ' + f.span(Math.max(0, now - row.since)) };
  }

  Object.assign(app, { createAlarms, alarmOf, dressAlarm: dress });
})((window.cityops = window.cityops || {}));
