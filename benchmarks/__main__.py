"""Every benchmark, one after the other: `make bench`."""

from __future__ import annotations

import importlib
import pkgutil

import benchmarks

_NOT_BENCHMARKS = {"__main__", "measure"}


def main() -> None:
    for module in pkgutil.iter_modules(benchmarks.__path__):
        if module.name not in _NOT_BENCHMARKS:
            print(f"\n{module.name}")
            importlib.import_module(f"benchmarks.{module.name}").main()


main()
