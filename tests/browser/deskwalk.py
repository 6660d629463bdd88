"""What is wrong with a page of the desk 桌面检查: overflow, clipping, contrast, targets, names."""

from __future__ import annotations

from typing import Any, Final

from playwright.sync_api import Page

READY: Final = """
() => {
  const room = document.getElementById('content');
  return room && room.querySelector('h1') && !/正在(计算|查看|查找|读取)/.test(room.innerText)
    && !document.querySelector('[data-dash-is-loading]') && document.fonts.status === 'loaded';
}
"""

CONTRAST: Final = """
(root) => {
  const faults = new Set();
  const parse = (text) => {
    const n = (text.match(/[\\d.]+/g) || []).map(Number);
    return n.length ? [n[0], n[1], n[2], n.length > 3 ? n[3] : 1] : [0, 0, 0, 0];
  };
  const over = (top, under) => [0, 1, 2].map((i) => top[i] * top[3] + under[i] * (1 - top[3])).concat(1);
  const light = (c) => {
    const part = c.slice(0, 3).map((v) => {
      const s = v / 255;
      return s <= 0.03928 ? s / 12.92 : Math.pow((s + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * part[0] + 0.7152 * part[1] + 0.0722 * part[2];
  };
  const ratio = (a, b) => {
    const [x, y] = [light(a), light(b)].sort((m, n) => n - m);
    return (x + 0.05) / (y + 0.05);
  };
  const behind = (el) => {
    const layers = [];
    for (let e = el; e; e = e.parentElement) {
      const css = getComputedStyle(e);
      const colour = parse(css.backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reverse().reduce((under, top) => over(top, under), [255, 255, 255, 1]);
  };
  const shown = (el) => {
    for (let e = el; e && e !== document; e = e.parentElement) {
      const css = getComputedStyle(e);
      if (css.display === 'none' || css.visibility === 'hidden' || css.opacity === '0') return false;
      if (e.matches('.unseen, .skip')) return false;
    }
    const box = el.getBoundingClientRect();
    return box.width > 1 && box.height > 1;
  };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  let n = 0;
  while (walker.nextNode()) {
    const el = walker.currentNode.parentElement;
    if (!walker.currentNode.textContent.trim() || !shown(el) || el.closest(':disabled, .dis, .g, script, style')) continue;
    const css = getComputedStyle(el);
    const under = behind(el);
    const colour = over(parse(el instanceof SVGElement ? css.fill : css.color), under);
    const size = parseFloat(css.fontSize);
    const least = size >= 24 || (size >= 18.66 && Number(css.fontWeight) >= 700) ? 3 : 4.5;
    const found = ratio(colour, under);
    n += 1;
    if (found < least - 0.005) {
      faults.add('contrast ' + found.toFixed(2) + ' of ' + (el.className.baseVal || el.className || el.tagName)
        + ': ' + walker.currentNode.textContent.trim().slice(0, 20));
    }
  }
  return { faults: Array.from(faults), texts: n };
}
"""  # noqa: E501
"""对比度 of every text against what is painted behind it: 4.5, large text 3."""

LAYOUT: Final = """
(phone) => {
  const faults = new Set();
  const W = innerWidth;
  const say = (what, el) => faults.add(what + ': <' + el.tagName.toLowerCase() + ' '
    + (el.className.baseVal || el.className || el.id || '') + '> ' + (el.textContent || '').trim().slice(0, 24));
  const box = (el) => el.getBoundingClientRect();
  const shown = (el) => el.offsetParent !== null && box(el).width > 1 && box(el).height > 1
    && getComputedStyle(el).visibility !== 'hidden' && !el.closest('.unseen, .skip');
  if (document.documentElement.scrollWidth > W) {
    faults.add('wider than the screen: ' + document.documentElement.scrollWidth);
    document.querySelectorAll('#content *').forEach((el) => {
      if (box(el).right > W + 1 && !el.closest('.scroll, .sg, .ag-root, .seg')) say('out on the right', el);
    });
  }
  document.querySelectorAll('.desk *').forEach((el) => {
    const css = getComputedStyle(el);
    const own = Array.from(el.childNodes).some((n) => n.nodeType === 3 && n.textContent.trim());
    const hides = ['hidden', 'clip'].includes(css.overflowX);
    // the form's table scrolls sideways on a phone, and lays its columns out when it is looked at
    const grid = W < 700 && el.closest('.ag-root');
    if (own && hides && !grid && shown(el) && el.scrollWidth > el.clientWidth + 1) say('clipped', el);
  });
  const name = (el) => (el.getAttribute('aria-label') || el.getAttribute('title') || el.textContent || '').trim()
    || Array.from(el.labels || []).map((l) => l.textContent).join('').trim()
    || (el.getAttribute('aria-labelledby') && 'by');
  const able = 'button, a[href], input:not([type=hidden]), select, textarea, summary, [role=button]';
  document.querySelectorAll(able).forEach((el) => {
    if (!shown(el) || el.closest('.dash-dropdown-focus-target')) return; // dash's own, never reached
    if (!name(el)) say('without a name', el);
    if (el.tabIndex > 0) say('jumps the order of tabs', el);
    const inline = el.tagName === 'A' && getComputedStyle(el).display === 'inline';
    if (phone && !inline && !el.closest('.ag-root') && el.type !== 'checkbox'
      && (box(el).height < 43.5 || box(el).width < 43.5)) {
      say('small for a thumb ' + Math.round(box(el).width) + 'x' + Math.round(box(el).height), el);
    }
  });
  document.querySelectorAll('[role=img], figure').forEach((el) => {
    if (shown(el) && el.matches('[role=img]') && !el.getAttribute('aria-label')) say('picture without words', el);
  });
  document.querySelectorAll('nav').forEach((el) => {
    if (!el.getAttribute('aria-label')) say('navigation without a name', el);
  });
  if (document.querySelectorAll('main').length !== 1) faults.add('not one main');
  if (document.querySelectorAll('#content h1').length !== 1) faults.add('not one heading 1');
  if (document.documentElement.lang !== 'zh-CN') faults.add('not said to be Chinese');
  const ids = Array.from(document.querySelectorAll('[id]'), (el) => el.id);
  ids.forEach((id, i) => { if (ids.indexOf(id) !== i) faults.add('id twice: ' + id); });
  return Array.from(faults);
}
"""  # noqa: E501


def faults(page: Page, *, phone: bool = False) -> list[str]:
    """Everything wrong with the page as it stands."""
    found: list[str] = page.evaluate(LAYOUT, phone)
    return found + contrast(page, "body")


def contrast(page: Page, root: str) -> list[str]:
    """Texts below `root` that are too faint; that there are none at all is a fault as well."""
    told: dict[str, Any] = page.evaluate(f"({CONTRAST})(document.querySelector('{root}'))")
    return [*told["faults"], *([] if told["texts"] else ["no text at all"])]
