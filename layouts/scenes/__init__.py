"""The scenes 场景 of the wall: a module here with a `SCENE` is mounted, no other register."""

from __future__ import annotations

import importlib
import pkgutil

from layouts.scene import Scene, View


def every_scene() -> tuple[Scene, ...]:
    """Every scene of this package, in the order of rotation."""
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    scenes = [importlib.import_module(f"{__name__}.{name}").SCENE for name in names]
    return tuple(sorted(scenes, key=lambda scene: (scene.order, scene.id)))


def mounted(view: View) -> tuple[Scene, ...]:
    """Those that the city's wall has."""
    return tuple(scene for scene in every_scene() if scene.wanted(view))
