"""The yearly book 年度绩效表: forms as data, filled from the measures, scored, checked and proved.

- `form`, `rules`: what an official table is (`forms/<id>.yaml`, or the user's folder of forms)
- `values`: what people type (manual.yaml)
- `result`: an evaluated form, which pages, exports and the book show; nothing is recomputed later
- `exports.<format>.write(result, form, path)`: the form as a file

`loading` reads forms and values strictly, `filling` asks the registry of measures, `evaluating`
scores (pure), `crosscheck` finds the contradictions 勾稽 (pure).
"""
