/* 地图旁的字：合计、图例、最热、顽疾点位。分档与颜色从同一处来，图例不会与地图不符。 */
(function (app) {
  'use strict';

  const f = app.format;
  const { make, pool, setText, setClass, empty } = app;

  const find = (list, id) => list.find((one) => one.id === id) || { id, name: id };
  const named = (meta, choice) => ({
    measure: find(meta.measures, choice.measure),
    window: find(meta.windows, choice.window),
    level: find(meta.levels, choice.level),
  });

  const percent = (n) => String(n / 10).replace(/\.0$/, '');

  /** 一档的写法：3–4、≥35；率：85–90 %。 */
  function classText(vector, i) {
    const low = vector.bounds[i];
    const next = vector.bounds[i + 1];
    if (vector.rate) {
      if (next === undefined) return '≥' + percent(low) + f.THIN + '%';
      return i === 0 ? '<' + percent(next) + f.THIN + '%' : percent(low) + '–' + percent(next) + f.THIN + '%';
    }
    if (next === undefined) return '≥' + f.count(low);
    return next - low === 1 ? f.count(low) : f.count(low) + '–' + f.count(next - 1);
  }

  function legend(el, meta, vector) {
    const [measureId, , levelId] = vector.key.split('.');
    const measure = find(meta.measures, measureId);
    const level = find(meta.levels, levelId);
    if (!el.firstElementChild) {
      el.appendChild(make('div', 'dim'));
      el.appendChild(make('div', 'lg'));
    }
    setText(el.firstElementChild, (vector.rate ? measure.name : '件') + ' / ' + level.name);
    const rows = pool(el.lastElementChild, 9, () => {
      const row = make('div', 'r');
      row.appendChild(make('i'));
      row.appendChild(make('span'));
      return row;
    });
    for (let k = 0; k < 9; k += 1) {
      const i = vector.rate ? k : 8 - k; // 亮的在上
      const token = !vector.rate ? '--h' + i : i === 8 ? '--h-fine' : '--h' + (8 - i);
      rows[k].firstElementChild.style.background = 'var(' + token + ')';
      setClass(rows[k].firstElementChild, 'land', token === '--h0');
      setText(rows[k].lastElementChild, classText(vector, i));
    }
  }

  function summary(el, meta, vector, choice) {
    if (!el.firstElementChild) {
      el.appendChild(make('div', 'mut'));
      const hero = el.appendChild(make('div', 'total h6'));
      hero.appendChild(make('span'));
      hero.appendChild(make('small'));
      ['mut share', 'mut beside'].forEach((name) => el.appendChild(make('div', name)));
    }
    const names = named(meta, choice);
    const level = find(meta.levels, vector.key.split('.')[2]);
    const parts = el.children;
    setText(parts[0], names.window.name + names.measure.name
      + (vector.until ? '　回放至 ' + vector.until : ''));
    const total = vector.rate ? rateOf(vector.total) : f.count(vector.total);
    setText(parts[1].firstElementChild, total);
    setText(parts[1].lastElementChild, vector.rate && total !== f.NO_VALUE ? '%' : '');
    setText(parts[2], vector.absent ? '这一分钟没有记录这种看法' : vector.rate || !vector.values ? ''
      : '有案' + level.name + ' ' + f.count(vector.some) + ' / ' + f.count(vector.values.length));
    const beside = [];
    if (vector.outside) beside.push('网格外 ' + f.count(vector.outside));
    if (vector.unlocated) beside.push('无位置 ' + f.count(vector.unlocated));
    setText(parts[3], beside.join('　'));
  }

  const rateOf = (total) => (!f.known(total) || total < 0 ? f.NO_VALUE : (total / 10).toFixed(1));

  /** 一行：名次、位置与编码、数。 */
  function hottest(el, vector, most) {
    const rows = (vector.top || []).slice(0, most);
    if (empty(el, !rows.length, vector.absent ? '无记录' : '此窗口内没有案卷')) return;
    const lines = pool(el, rows.length, () => {
      const row = make('div', 'r');
      row.appendChild(make('span', 'no dim'));
      const at = row.appendChild(make('div', 'at'));
      at.appendChild(make('div', 'nm'));
      at.appendChild(make('div', 'dim code'));
      row.appendChild(make('b', 'n'));
      return row;
    });
    rows.forEach((row, i) => {
      const cells = lines[i].children;
      setText(cells[0], String(i + 1));
      setText(cells[1].firstElementChild, placeOf(row));
      setText(cells[1].lastElementChild, codeOf(row));
      setText(cells[2], app.heatText(vector, row.n));
      lines[i].dataset.i = row.i;
    });
  }

  /** 生成的网格，名称后缀“（生成）”已由图上的标记说明，表里不再逐行写。 */
  const plain = (name) => (name || '').replace(/（生成）/g, '');
  const placeOf = (row) => plain(row.place || row.name) || row.code;
  const codeOf = (row) => (row.place && row.name ? plain(row.name) + '　' : '') + row.code;

  /** 短表：名次、位置、数（总览地图的一角）。 */
  function shortList(el, meta, vector, most) {
    const level = find(meta.levels, vector.key.split('.')[2]);
    const rows = (vector.top || []).slice(0, most);
    if (!el.firstElementChild) {
      el.appendChild(make('div', 'dim'));
      el.appendChild(make('div', 'short'));
    }
    setText(el.firstElementChild, rows.length ? (vector.rate ? '最低' : '最热') + level.name : '');
    const lines = pool(el.lastElementChild, rows.length, () => {
      const row = make('div', 'r');
      row.appendChild(make('span', 'dim'));
      row.appendChild(make('span'));
      row.appendChild(make('b'));
      return row;
    });
    rows.forEach((row, i) => {
      const cells = lines[i].children;
      setText(cells[0], String(i + 1));
      setText(cells[1], placeOf(row));
      setText(cells[2], app.heatText(vector, row.n));
    });
  }

  function repeats(el, vector, most) {
    const rows = (vector.repeat || []).slice(0, most);
    if (empty(el, !rows.length, vector.absent ? '无记录' : '没有达到次数的点位')) return;
    const lines = pool(el, rows.length, () => {
      const row = make('div', 'r');
      row.appendChild(make('span', 'name'));
      row.appendChild(make('span', 'mut'));
      row.appendChild(make('b'));
      return row;
    });
    rows.forEach((row, i) => {
      const cells = lines[i].children;
      setText(cells[0], placeOf(row));
      setText(cells[1], row.category || '');
      setText(cells[2], f.count(row.n) + ' 次');
      lines[i].dataset.i = row.i;
    });
  }

  app.heatLists = { legend, summary, hottest, shortList, repeats, named };
})((window.cityops = window.cityops || {}));
