/* 筛选条: copies the address, folds the filters on a phone; everything else is Dash. */
(() => {
  'use strict';

  const copied = (button, word) => {
    const before = button.dataset.word || button.textContent;
    button.dataset.word = before;
    button.textContent = word;
    setTimeout(() => { button.textContent = before; }, 2000);
  };

  /* Without TLS there is no clipboard: then the old way. */
  const copyByHand = (text) => {
    const field = document.createElement('textarea');
    field.value = text;
    document.body.appendChild(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  };

  const copy = (button) => {
    const text = location.href;
    const told = (done) => copied(button, done ? '✓ 已复制' : '没有复制上，请从地址栏复制');
    if (navigator.clipboard) navigator.clipboard.writeText(text).then(() => told(true), () => told(copyByHand(text)));
    else told(copyByHand(text));
  };

  document.addEventListener('click', (event) => {
    const target = event.target.closest('[data-copy], [data-fold]');
    if (!target) return;
    if (target.dataset.copy) {
      copy(target);
      return;
    }
    const open = target.closest('[data-filters]').classList.toggle('open');
    target.setAttribute('aria-expanded', String(open));
  });

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || !event.target.closest('.from-to input')) return;
    event.target.blur();
    event.target.closest('.from-to').querySelector('button').click();
  });
})();
