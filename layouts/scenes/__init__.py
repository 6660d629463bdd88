"""The scenes 场景 of the wall: a module here with a `SCENE` is mounted, no other register."""

from __future__ import annotations

import importlib
import pkgutil

from layouts.scene import Scene, View


def mounted(view: View) -> tuple[Scene, ...]:
    """Every scene of this package that the city's wall has, in the order of rotation."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    scenes = [importlib.import_module(f"{__name__}.{name}").SCENE for name in names]
    shown = [scene for scene in scenes if scene.wanted(view)]
    return tuple(sorted(shown, key=lambda scene: (scene.order, scene.id)))
