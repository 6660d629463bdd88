/* 点一格：编码、所属、各指标各窗口的数、30 日趋势；服务器给案卷时才列案卷。 */
(function (app) {
  'use strict';

  const f = app.format;
  const OPEN_MS = 45000;
  const LEVELS = [['district', '区'], ['street', '街道'], ['community', '社区'], ['duty_grid', '责任网格']];

  function cellText(measure, value) {
    if (!f.known(value)) return f.NO_VALUE;
    if (measure.kind !== 'rate') return f.count(value);
    return value < 0 ? f.NO_VALUE : (value / 10).toFixed(1);
  }

  function countsTable(meta, counts) {
    const table = app.make('table', 'counts');
    const head = table.appendChild(app.make('thead')).appendChild(app.make('tr'));
    head.appendChild(app.make('th', 'tl', '件'));
    meta.windows.forEach((w) => head.appendChild(app.make('th', '', app.windowName(w))));
    const body = table.appendChild(app.make('tbody'));
    meta.measures.filter((measure) => counts[measure.id]).forEach((measure) => {
      const row = body.appendChild(app.make('tr'));
      row.appendChild(app.make('td', 'tl mut', measure.name + (measure.kind === 'rate' ? ' %' : '')));
      meta.windows.forEach((w) =>
        row.appendChild(app.make('td', '', cellText(measure, counts[measure.id][w.id]))));
    });
    return table;
  }

  function trendBars(values) {
    const box = app.make('div', 'trend');
    const most = Math.max.apply(null, values.concat(1));
    values.forEach((n, i) => {
      const bar = box.appendChild(app.make('i', i === values.length - 1 ? 'now' : ''));
      bar.style.height = Math.max(n ? 6 : 2, (n / most) * 100) + '%';
      bar.title = f.count(n);
    });
    return box;
  }

  function casesList(cases) {
    const list = app.make('div', 'cases');
    cases.forEach((one) => {
      const row = list.appendChild(app.make('div', 'r'));
      const at = one.at || one.reported_at;
      row.appendChild(app.make('span', 'dim', at ? app.zone.day(at) + ' ' + app.zone.minute(at) : ''));
      row.appendChild(app.make('span', '', one.category || one.case || one.id || ''));
      row.appendChild(app.make('span', 'mut', one.stage || one.step || one.state || ''));
    });
    return list;
  }

  /** 与再往前的 30 日相比：件数比 %；从 0 起没有百分比。 */
  function before(told) {
    const now = ((told.counts || {}).reported || {})['30d'];
    const was = told.before_30d;
    if (!f.known(was) || !f.known(now)) return '';
    const share = was ? (now - was) / was : 0;
    const change = now === was ? '　持平' : !was ? ''
      : '　' + (share < 0 ? '▼ ' : '▲ ') + (Math.abs(share) * 100).toFixed(1) + f.THIN + '%';
    return '前 30 日上报 ' + f.count(was) + ' 件' + change;
  }

  /** stays：不自己关（桌面）；墙上的卡过一会儿收起。 */
  function createCellCard(root, stays) {
    const el = root.appendChild(app.make('aside', 'card cell-card'));
    el.setAttribute('role', 'dialog');
    let closes = 0;
    let asked = 0;
    let onClose = null;

    function close() {
      asked += 1;
      if (onClose) onClose();
      onClose = null;
      clearTimeout(closes);
      el.classList.remove('open');
    }

    function fill(meta, told, level) {
      el.textContent = '';
      const head = el.appendChild(app.make('header'));
      const title = level === 'unit_cell' ? told.code : told.name || told.code;
      head.appendChild(app.make('h2', '', title));
      const shut = head.appendChild(app.make('button', 'shut', '关闭'));
      shut.addEventListener('click', close);
      const list = el.appendChild(app.make('dl'));
      const put = (name, text) => {
        if (!text) return;
        list.appendChild(app.make('dt', '', name));
        list.appendChild(app.make('dd', '', text));
      };
      put('编码', title === told.code ? '' : told.code);
      LEVELS.forEach(([id, name]) => { if (told[id] && told[id] !== title) put(name, told[id].replace('（生成）', '')); });
      if (told.counts) el.appendChild(countsTable(meta, told.counts));
      if (told.trend && told.trend.length) {
        const sum = told.trend.reduce((a, b) => a + b, 0);
        el.appendChild(app.make('div', 'mut', '近 ' + told.trend.length + ' 日逐日上报　共 ' + f.count(sum) + ' 件'));
        el.appendChild(trendBars(told.trend));
        const compared = before(told);
        if (compared) el.appendChild(app.make('div', 'mut', compared));
      }
      if (told.cases && told.cases.length) {
        el.appendChild(app.make('div', 'mut', '案卷'));
        el.appendChild(casesList(told.cases));
      }
    }

    function open(meta, level, member, closed) {
      close();
      onClose = closed;
      const mine = asked;
      const from = document.activeElement;
      fetch('/cell/' + level + '/' + member, { cache: 'no-store' })
        .then((answer) => {
          if (answer.status === 403 && stays) return { code: '不在您的管辖范围' };
          if (!answer.ok) throw new Error('/cell ' + answer.status);
          return answer.json();
        })
        .then((told) => {
          if (mine !== asked) return;
          fill(meta, told, level);
          el.classList.add('open');
          if (stays) take(from);
          clearTimeout(closes);
          if (!stays) closes = setTimeout(close, OPEN_MS);
        })
        .catch((error) => console.error('cell', level, member, error));
    }

    /** 桌面：键盘到卡上去，关了回到原处。 */
    function take(from) {
      el.querySelector('.shut').focus();
      const rest = onClose;
      onClose = () => { if (rest) rest(); if (from && from.isConnected) from.focus(); };
    }

    const escape = (event) => { if (event.key === 'Escape') close(); };
    document.addEventListener('keydown', escape);
    return { open, close, drop() { document.removeEventListener('keydown', escape); el.remove(); } };
  }

  app.createCellCard = createCellCard;
})((window.cityops = window.cityops || {}));
