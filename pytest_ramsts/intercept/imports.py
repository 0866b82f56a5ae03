"""Doing something as soon as a module is imported: now, if it is already."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

__all__ = ["when_imported"]


@contextmanager
def when_imported(actions: Mapping[str, Callable[[], None]]) -> Iterator[None]:
    """Do what belongs to a module: at once if it is there, else right after each of its imports
    within the block.
    """
    watch = _Watch(actions)
    sys.meta_path.insert(0, watch)
    try:
        for name, action in actions.items():
            if name in sys.modules and name not in watch.seen:
                action()
        yield
    finally:
        watch.over = True
        sys.meta_path.remove(watch)


class _Watch(MetaPathFinder):
    """Stands first among the finders, finds nothing itself, and sees the modules go by."""

    def __init__(self, actions: Mapping[str, Callable[[], None]]) -> None:
        self._actions = actions
        self._looking: set[str] = set()
        self.seen: set[str] = set()
        self.over = False

    def find_spec(
        self,
        name: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the protocol's
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        # A module that is being loaded anew is left to its loader: its classes are new ones, but
        # `find_spec` would give back the old specification.
        if name not in self._actions or name in self._looking or target is not None:
            return None
        self._looking.add(name)
        try:
            spec = find_spec(name)
        finally:
            self._looking.discard(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, self._imported)
        return spec

    def _imported(self, name: str) -> None:
        if not self.over:
            self.seen.add(name)
            self._actions[name]()


class _Loader(Loader):
    """The module's own loader, with something to do afterwards."""

    def __init__(self, loader: Loader, then: Callable[[str], None]) -> None:
        self._loader = loader
        self._then = then

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._loader.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        spec = module.__spec__
        if spec is not None:
            spec.loader = self._loader
        module.__loader__ = self._loader
        self._loader.exec_module(module)
        self._then(module.__name__)
