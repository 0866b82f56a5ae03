# ruff: noqa: E402, INP001, S311, T201 - a script: it finds its modules, draws and prints
"""Lay the evaluator against the judge on many pairs of documents and requests, and print the count.

    python tools/policy_pairs.py --pairs 1000000 --seed 1

It draws what the tests draw (`tests/policy/drawing.py`), half of it under the default settings and
half under drawn ones, and stops with the world at hand where the two differ.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from policy.drawing import Digits, draw_access, draw_documents, draw_settings, layers_of
from policy.reference import judge

from pytest_ramsts.policy import DEFAULT, decide

REQUESTS_PER_WORLD = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()

    start = perf_counter()
    outcomes = compare(random.Random(arguments.seed), arguments.pairs)
    for (reason, layer), count in outcomes.most_common():
        print(f"{count:>9}  {reason} {layer}")
    seconds = perf_counter() - start
    print(f"{outcomes.total()} pairs, seed {arguments.seed}, no difference, {seconds:.0f} s")


def compare(source: random.Random, pairs: int) -> Counter[tuple[str, str]]:
    outcomes: Counter[tuple[str, str]] = Counter()
    while outcomes.total() < pairs:
        documents = draw_documents(Digits(source.getrandbits(2000)))
        settings = source.choice((DEFAULT, draw_settings(Digits(source.getrandbits(64)))))
        layers = layers_of(documents)
        for _ in range(REQUESTS_PER_WORLD):
            access = draw_access(Digits(source.getrandbits(80)))
            decision = decide(access, layers, settings)
            answer = (str(decision.reason), decision.policy_type)
            expected = judge(access, documents, settings)
            if answer != expected:
                sys.exit(f"{answer} is not {expected}:\n{access}\n{documents}\n{settings}")
            outcomes[answer] += 1
    return outcomes


if __name__ == "__main__":
    main()
