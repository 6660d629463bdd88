/* 导航: marks the tab of the page that is shown; Dash changes the content, we follow. */
(() => {
  'use strict';

  const mark = () => {
    const here = location.pathname.replace(/\/$/, '');
    document.querySelectorAll('.desk .tab').forEach((tab) => {
      const on = new URL(tab.href).pathname.replace(/\/$/, '') === here;
      tab.classList.toggle('on', on);
      if (on) tab.setAttribute('aria-current', 'page');
      else tab.removeAttribute('aria-current');
    });
  };

  new MutationObserver(mark).observe(document, { childList: true, subtree: true });
  window.addEventListener('popstate', mark);
})();
