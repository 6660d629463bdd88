/* 数值与时间的写法。件数千分位，率两位小数；时间按城市时区。纯函数，不碰页面。 */
(function (app) {
  'use strict';

  const THIN = '\u2009';
  const NO_VALUE = '—';
  const MINUS = '\u2212';
  const whole = new Intl.NumberFormat('zh-CN', { maximumFractionDigits: 0 });

  const known = (x) => x !== null && x !== undefined && isFinite(x);
  const count = (n) => (known(n) ? whole.format(n) : NO_VALUE);
  const rate = (share) => (known(share) ? (share * 100).toFixed(2) : NO_VALUE);
  const percent = (share, digits) => trim((share * 100).toFixed(digits)) + THIN + '%';
  const trim = (text) => (text.indexOf('.') < 0 ? text : text.replace(/\.?0+$/, ''));
  const signed = (n, digits) => (n < 0 ? MINUS : '+') + Math.abs(n).toFixed(digits);

  /** 时长：3 秒、1 分 20 秒、2 小时 5 分、3 天。 */
  function span(ms) {
    const s = Math.max(0, Math.floor(ms / 1000));
    if (s < 60) return s + ' 秒';
    if (s < 3600) return Math.floor(s / 60) + ' 分 ' + (s % 60) + ' 秒';
    if (s < 86400) return Math.floor(s / 3600) + ' 小时 ' + Math.floor((s % 3600) / 60) + ' 分';
    return Math.floor(s / 86400) + ' 天';
  }

  /** 等待时长：1:46、1:02:03。 */
  function clock(s) {
    const whole = Math.max(0, Math.floor(s));
    const two = (n) => String(n).padStart(2, '0');
    const minutes = Math.floor(whole / 60);
    if (minutes < 60) return minutes + ':' + two(whole % 60);
    return Math.floor(minutes / 60) + ':' + two(minutes % 60) + ':' + two(whole % 60);
  }

  /** 平均数那样的时长：8.4 秒、70 分钟、5.2 小时、162.0 天。 */
  function lasting(s) {
    if (!known(s)) return NO_VALUE;
    if (s < 60) return trim(s.toFixed(1)) + ' 秒';
    if (s < 7200) return count(Math.round(s / 60)) + ' 分钟';
    if (s < 172800) return (s / 3600).toFixed(1) + ' 小时';
    return (s / 86400).toFixed(1) + ' 天';
  }

  /** 城市时区的钟：一次格式化，按秒缓存。 */
  function zoned(timeZone) {
    const writer = new Intl.DateTimeFormat('zh-CN', {
      timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric',
      weekday: 'long', hour: '2-digit', minute: '2-digit', second: '2-digit',
    });
    let second = NaN;
    let parts = {};
    function at(ms) {
      const now = Math.floor(ms / 1000);
      if (now !== second) {
        parts = {};
        writer.formatToParts(now * 1000).forEach((p) => { parts[p.type] = p.value; });
        second = now;
      }
      return parts;
    }
    return {
      time: (ms) => { const p = at(ms); return p.hour + ':' + p.minute + ':' + p.second; },
      minute: (ms) => { const p = at(ms); return p.hour + ':' + p.minute; },
      date: (ms) => { const p = at(ms); return p.month + '月' + p.day + '日 ' + p.weekday; },
      monthDay: (ms) => { const p = at(ms); return p.month.padStart(2, '0') + '-' + p.day.padStart(2, '0'); },
      day: (ms) => { const p = at(ms); return p.month + '月' + p.day + '日'; },
      hour: (ms) => Number(at(ms).hour),
    };
  }

  app.format = {
    THIN, NO_VALUE, known, count, rate, percent, signed, span, clock, lasting, zoned,
  };
})((window.cityops = window.cityops || {}));
