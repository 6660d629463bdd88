/* 告警声：WebAudio 就地合成，不取任何文件。浏览器要先有一次触摸才许出声，故写明“启用声音”；
   启用后点一下试听。只在告警进入时响一次；夜间静音由帧说了算。 */
(function (app) {
  'use strict';

  const { glyph, make, setText, setClass } = app;
  const TONES = { bad: [880, 660, 880, 660], warn: [660, 550] }; // Hz，逐个响
  const TONE_S = 0.22;
  const GAP_S = 0.06;
  const LOUD = 0.28;
  const EDGE_S = 0.015; // 起落各一小段，不爆音

  /** 一个音：起、稳、落。 */
  function tone(context, hertz, at) {
    const source = context.createOscillator();
    const level = context.createGain();
    source.frequency.value = hertz;
    source.type = 'triangle';
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(LOUD, at + EDGE_S);
    level.gain.setValueAtTime(LOUD, at + TONE_S - EDGE_S);
    level.gain.linearRampToValueAtTime(0, at + TONE_S);
    source.connect(level);
    level.connect(context.destination);
    source.start(at);
    source.stop(at + TONE_S);
  }

  /** el：页眉里的按钮。 */
  function createSound(el) {
    const Context = window.AudioContext || window.webkitAudioContext;
    const context = Context ? new Context() : null;
    const played = []; // 最近响过的，供测试与诊断
    let told = { wanted: false, quiet: false, alarm: false };

    const ready = () => Boolean(context) && context.state === 'running';

    function play(severity) {
      if (!ready()) return false;
      const tones = TONES[severity] || TONES.warn;
      tones.forEach((hertz, i) => tone(context, hertz, context.currentTime + i * (TONE_S + GAP_S)));
      return true;
    }

    function note(kind, severity) {
      played.push({ kind, severity, sounded: play(severity) });
      if (played.length > 20) played.shift();
    }

    function unlock() {
      return context && context.state === 'suspended' ? context.resume() : Promise.resolve();
    }

    function paint() {
      if (!el.firstElementChild) {
        el.appendChild(glyph('sound'));
        el.appendChild(make('span'));
      }
      const locked = !ready();
      setClass(el, 'gone', !told.wanted || !context);
      setClass(el, 'locked', locked);
      setClass(el, 'urgent', locked && told.alarm && !told.quiet);
      setText(el.lastElementChild, locked ? '启用声音' : told.quiet ? '静音时段' : '试听');
    }

    el.addEventListener('click', () => {
      const locked = !ready();
      unlock().then(() => { note(locked ? 'unlock' : 'test', 'warn'); paint(); });
    });
    ['pointerdown', 'keydown'].forEach((name) => // 任何一次触摸或按键都算
      document.addEventListener(name, (event) => { if (!el.contains(event.target)) unlock().then(paint); }));

    return {
      /** 遥控试听；false 为还没启用，响不了。 */
      test() {
        note('test', 'warn');
        return ready();
      },
      /** 告警进入：响一次。 */
      ring: (severity) => note('alarm', severity),
      say(next) { told = next; paint(); },
      played: () => played.slice(),
      ready,
    };
  }

  /** 回放不出声。 */
  const SILENT = { ring() {}, say() {}, test: () => false, played: () => [], ready: () => false };

  Object.assign(app, { createSound, SILENT });
})((window.cityops = window.cityops || {}));
