/* 口径卡 on the desk: one open at a time; Esc or a click elsewhere closes it. */
(() => {
  'use strict';

  const close = (except) => {
    document.querySelectorAll('details.fig[open]').forEach((one) => {
      if (one !== except) one.open = false;
    });
  };

  /* A card that would leave the window on the right hangs from the number's right edge. */
  const place = (figure) => {
    const card = figure.querySelector('.fig-card');
    if (!card) return;
    card.style.left = '0';
    const over = card.getBoundingClientRect().right - (document.documentElement.clientWidth - 12);
    if (over > 0) card.style.left = `${-over}px`;
  };

  document.addEventListener('toggle', (event) => {
    const figure = event.target;
    if (!figure.matches || !figure.matches('details.fig') || !figure.open) return;
    close(figure);
    place(figure);
  }, true);

  document.addEventListener('click', (event) => {
    close(event.target.closest('details.fig'));
  });

  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape') return;
    const open = document.querySelector('details.fig[open]');
    if (!open) return;
    close(null);
    open.querySelector('summary').focus();
  });
})();
