/* 查找: a page marked data-search="…" hides the [data-words] that lack one of the typed words. */
(() => {
  'use strict';

  const look = (page, text) => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    page.querySelectorAll('[data-words]').forEach((card) => {
      const fits = words.every((word) => card.dataset.words.includes(word));
      card.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    page.querySelectorAll('[data-group]').forEach((group) => {
      group.hidden = !group.querySelector('[data-words]:not([hidden])');
    });
    const count = page.querySelector('[data-count]');
    if (count) count.textContent = words.length ? `找到 ${shown} 项` : `共 ${shown} 项`;
  };

  document.addEventListener('input', (event) => {
    const page = event.target.closest('[data-search]');
    if (page && event.target.type === 'search') look(page, event.target.value);
  });
})();
