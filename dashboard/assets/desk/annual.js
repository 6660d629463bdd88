/* 年度: printing, and files attached to an indicator; everything else is Dash. */
(() => {
  'use strict';

  const csrf = () => {
    const field = document.querySelector('form[action="/logout"] input[name="csrf"]');
    return field ? field.value : '';
  };

  const attach = (button) => {
    const item = button.dataset.attach;
    const said = document.querySelector(`[data-attached="${item}"]`);
    const head = document.querySelector('#book-head [data-book]');
    const picker = document.createElement('input');
    picker.type = 'file';
    picker.addEventListener('change', () => {
      const file = picker.files[0];
      if (!file) return;
      said.textContent = `正在上传 ${file.name} …`;
      const at = `/desk/attach/${head.dataset.book}/${item}?name=${encodeURIComponent(file.name)}`;
      fetch(at, { method: 'POST', body: file, headers: { 'X-CSRF-Token': csrf(),
        'Content-Type': 'application/octet-stream' } })
        .then((answer) => answer.text().then((text) => {
          said.textContent = answer.ok ? `已添加 ${file.name}` : text;
        }))
        .catch(() => { said.textContent = '没有传上：连不上服务器，请再试'; });
    });
    picker.click();
  };

  document.addEventListener('click', (event) => {
    const target = event.target.closest('[data-print], [data-attach]');
    if (!target) return;
    if (target.dataset.print) window.print();
    else attach(target);
  });
})();
