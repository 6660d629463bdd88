"""What is wrong with a page as laid out 版面检查: text out of sight, clipped or on other text."""

from __future__ import annotations

from typing import Any, Final

from playwright.sync_api import Page

from tests.browser.playing import until

# Boxes of glyphs, not of lines: a line box may be lower than the font's ascent and descent.
SCRIPT: Final = """
({ minShare, seams, scrolls }) => {
  const faults = [];
  const W = innerWidth, H = scrolls ? document.documentElement.scrollHeight : innerHeight;
  const shown = (el) => {
    for (let e = el; e && e !== document; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.display === 'none' || style.visibility === 'hidden' || style.opacity === '0') return false;
    }
    return true;
  };
  const least = minShare * Math.min(innerWidth, innerHeight);
  const texts = [];
  const walker = document.createTreeWalker(document.getElementById('wall'), NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    const el = node.parentElement;
    if (!node.textContent.trim() || !shown(el)) continue;
    const size = parseFloat(getComputedStyle(el).fontSize);
    const range = document.createRange();
    range.selectNodeContents(node);
    Array.from(range.getClientRects()).forEach((r) => {
      const mid = (r.top + r.bottom) / 2;
      texts.push({ text: node.textContent.trim(), el, size, left: r.left, right: r.right,
        top: mid - size * 0.46, bottom: mid + size * 0.46 });
    });
  }
  const say = (what, t) => faults.push(what + ': ' + t.text.slice(0, 40)
    + ' @' + [t.left, t.top, t.right, t.bottom].map(Math.round).join(','));
  const E = 1;
  texts.forEach((t) => {
    const top = t.top + scrollY, bottom = t.bottom + scrollY;
    if (t.left < -E || t.right > W + E || top < -E || bottom > H + E) say('out of the viewport', t);
    if (t.size < least - 0.01) say('smaller than ' + least.toFixed(1) + ' px (' + t.size + ')', t);
    for (let e = t.el; e && e.id !== 'wall'; e = e.parentElement) {
      const r = e.getBoundingClientRect();
      const clips = getComputedStyle(e).overflow !== 'visible';
      if ((clips || e.dataset.tile) && (t.left < r.left - E || t.right > r.right + E
        || t.top < r.top - E || t.bottom > r.bottom + E)) say('out of ' + (e.dataset.tile || e.className), t);
    }
    if (seams) [W / 3, 2 * W / 3].forEach((x) => { if (t.left < x && t.right > x) say('across the seam', t); });
  });
  const over = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > E
    && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > E;
  texts.forEach((a, i) => texts.slice(i + 1).forEach((b) => {
    if (over(a, b)) say('on the text "' + b.text.slice(0, 20) + '"', a);
  }));
  const tiles = Array.from(document.querySelectorAll('[data-tile]')).filter(shown);
  const boxes = tiles.map((el) => Object.assign(el.getBoundingClientRect().toJSON(), { name: el.dataset.tile }));
  boxes.forEach((a, i) => {
    if (a.width < 1 || a.height < 1) faults.push('tile without room: ' + a.name);
    if (a.left < -E || a.right > W + E || a.top + scrollY < -E || a.bottom + scrollY > H + E) {
      faults.push('tile out of the viewport: ' + a.name);
    }
    boxes.slice(i + 1).forEach((b) => { if (over(a, b)) faults.push('tiles overlap: ' + a.name + ' ' + b.name); });
  });
  return { faults: Array.from(new Set(faults)), texts: texts.length, tiles: tiles.length };
}
"""  # noqa: E501


SETTLED: Final = """
new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))
  .then(() => document.getAnimations().every((one) => one.playState !== 'running'
    || one.effect.getComputedTiming().iterations === Infinity))
"""
"""Nothing fades or moves any more, but for what always does."""


def faults(
    page: Page,
    *,
    phone: bool = False,
    seams: bool = False,
    texts: int = 100,
    least: float = 0.016,
    scrolls: bool = False,
) -> list[str]:
    """Every fault of the page as it stands; on a phone it may scroll down. `least`: the smallest
    text, as a share of the shorter side."""
    least = 12 / 390 if phone else least
    until(page, SETTLED)
    told: dict[str, Any] = page.evaluate(
        SCRIPT, {"minShare": least, "seams": seams, "scrolls": phone or scrolls}
    )
    assert told["texts"] > texts, "the page is all but empty"
    found: list[str] = told["faults"]
    return found
