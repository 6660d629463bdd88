/* 导出: sends the form, shows the progress that the answer tells, hands over the file at its end. */
(() => {
  'use strict';

  let running = null;

  const address = (page, kind) => {
    const query = new URLSearchParams({ kind });
    page.querySelectorAll('select[name], input[name]').forEach((field) => {
      if (field.value) query.append(field.name, field.value.trim());
    });
    return `/desk/export/cases?${query}`;
  };

  const show = (page, text, share) => {
    const box = page.querySelector('.export-progress');
    box.hidden = false;
    box.querySelector('[role=status]').textContent = text;
    box.querySelector('.bul').hidden = share === null;
    box.querySelector('.bul i').style.width = `${(share || 0) * 100}%`;
    page.querySelector('[data-cancel]').hidden = !running;
    page.querySelectorAll('[data-kind]').forEach((button) => { button.disabled = Boolean(running); });
  };

  const hand = (name, parts) => {
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob(parts));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  };

  /* Lines of JSON until the one that names the file; what follows are the file's bytes. */
  const read = (page, reader) => {
    const decoder = new TextDecoder();
    let head = new Uint8Array(0);
    let file = null;
    let got = 0;
    const parts = [];
    const join = (one, other) => {
      const both = new Uint8Array(one.length + other.length);
      both.set(one);
      both.set(other, one.length);
      return both;
    };
    const lines = (bytes) => {
      head = join(head, bytes);
      let end = head.indexOf(10);
      while (end >= 0 && !file) {
        const told = JSON.parse(decoder.decode(head.slice(0, end)));
        head = head.slice(end + 1);
        if (told.error) throw new Error(told.error);
        if (told.file) file = told;
        else show(page, `${told.done.toLocaleString('zh-CN')} / ${told.total.toLocaleString('zh-CN')} 件`,
          told.total ? told.done / told.total : 0);
        end = head.indexOf(10);
      }
      return head;
    };
    const step = ({ done, value }) => {
      if (done) {
        if (!file || got !== file.size) throw new Error('没有传完');
        hand(file.file, parts);
        return file.file;
      }
      const rest = file ? value : lines(value);
      if (file && rest.length) {
        parts.push(rest);
        got += rest.length;
        head = new Uint8Array(0);
      }
      return reader.read().then(step);
    };
    return reader.read().then(step);
  };

  const begin = (page, kind) => {
    running = new AbortController();
    show(page, '正在查找案卷…', 0);
    fetch(address(page, kind), { signal: running.signal })
      .then((answer) => {
        if (answer.ok) return read(page, answer.body.getReader());
        return answer.text().then((text) => { throw new Error(text); });
      })
      .then((name) => { running = null; show(page, `✓ 已导出 ${name}`, null); })
      .catch((error) => {
        running = null;
        show(page, error.name === 'AbortError' ? '已取消，没有留下文件' : `✕ 没有导出：${error.message}`, null);
      });
  };

  document.addEventListener('click', (event) => {
    const page = event.target.closest('[data-export]');
    if (!page) return;
    if (event.target.closest('[data-cancel]') && running) running.abort();
    const button = event.target.closest('[data-kind]');
    if (button && !running) begin(page, button.dataset.kind);
  });
})();
