/* 口径卡: writes each [data-definition] of the page into its element, as text and never as markup.
   A thousand Dash components for them took seconds; these are plain elements. */
(() => {
  'use strict';

  const make = (tag, text, className) => {
    const el = document.createElement(tag);
    if (className) el.className = className;
    el.textContent = text;
    return el;
  };

  function write(card) {
    const told = JSON.parse(card.dataset.definition);
    const head = document.createElement('header');
    head.append(make('h3', told.name), make('span', told.unit, 'mut'));
    const list = document.createElement('dl');
    told.lines.forEach(([word, text]) => {
      const row = document.createElement('div');
      row.append(make('dt', word), make('dd', text));
      list.append(row);
    });
    card.replaceChildren(head, make('code', told.id), make('p', told.text), list);
  }

  const look = () => document.querySelectorAll('[data-definition]:empty').forEach(write);
  new MutationObserver(look).observe(document, { childList: true, subtree: true });
})();
