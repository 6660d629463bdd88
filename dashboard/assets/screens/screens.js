/* 大屏页保持新鲜：每 4 秒取一次本页，只换会变的部分；填到一半的排片不动。没有脚本时页面照用。 */
(function () {
  'use strict';

  const EVERY_MS = 4000;
  const PATH = '/desk/screens';
  let busy = false;

  function take(text) {
    const fresh = new DOMParser().parseFromString(text, 'text/html');
    const keys = (root) => Array.from(root.querySelectorAll('[data-screen]'), (el) => el.dataset.screen).sort().join(' ');
    const here = document.getElementById('screens');
    const there = fresh.getElementById('screens');
    if (!here || !there) return;
    if (keys(here) !== keys(there)) { // 多了或少了一块屏
      if (!here.contains(document.activeElement)) here.replaceWith(document.adoptNode(there));
    }
    document.querySelectorAll('[data-fresh]').forEach((old) => {
      const next = fresh.querySelector('[data-fresh="' + CSS.escape(old.dataset.fresh) + '"]');
      if (!next || next.innerHTML === old.innerHTML) return;
      const card = old.closest('[data-screen]');
      const fellow = next.closest('[data-screen]');
      if (card && fellow) card.className = fellow.className;
      old.replaceWith(document.adoptNode(next));
    });
  }

  function said(page) {
    const box = page.getElementById('said');
    if (box) document.getElementById('said').innerHTML = box.innerHTML;
  }

  /** 登录过期：服务器会把人带到登录页，跟着去。 */
  function ask(url, options) {
    return fetch(url, Object.assign({ cache: 'no-store', credentials: 'same-origin' }, options))
      .then((answer) => {
        if (answer.status === 401 || answer.status === 403) location.reload();
        return answer.text();
      });
  }

  function refresh() {
    if (busy || document.hidden) return;
    busy = true;
    ask(PATH).then(take).catch(() => undefined).then(() => { busy = false; });
  }

  document.addEventListener('submit', (event) => {
    const form = event.target;
    event.preventDefault();
    const fields = new URLSearchParams(new FormData(form));
    if (event.submitter && event.submitter.name) fields.set(event.submitter.name, event.submitter.value);
    ask(form.getAttribute('action'), { method: 'POST', body: fields }).then((text) => {
      said(new DOMParser().parseFromString(text, 'text/html'));
      take(text);
    }).catch(() => { document.getElementById('said').textContent = '网络不通，没有发出'; });
  });
  setInterval(refresh, EVERY_MS);
})();
