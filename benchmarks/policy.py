"""How fast policies are parsed and questions decided, cold and hot, against their bars.

Run it with `python -m benchmarks.policy`. Every figure is the best of many runs, in microseconds.
"""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from pytest_ramsts.policy import Access, AppliedPolicy, Layers, Policy, Principal, decide
from pytest_ramsts.policy.wildcard import matches

ALICE = Principal("RAMUser", "1000000000000001", "alice", "2065570000000001")
TABLE = "acs:ots:cn-hangzhou:1000000000000001:instance/i{}/table/t"


@dataclass(frozen=True)
class Row:
    name: str
    microseconds: float
    bar: float

    def __str__(self) -> str:
        ratio = self.microseconds / self.bar
        verdict = "ok" if ratio <= 1 else "MISSED"
        figures = f"{self.microseconds:>9.2f} µs  bar {self.bar:>7.1f}  {ratio:>5.2f}"
        return f"{self.name:<58} {figures}  {verdict}"


def best(run: Callable[[], object], *, repeat: int, number: int = 1) -> float:
    """The best time of one run, in microseconds."""
    times = []
    gc.collect()
    gc.disable()
    for _ in range(repeat):
        start = perf_counter()
        for _ in range(number):
            run()
        times.append((perf_counter() - start) / number)
    gc.enable()
    return min(times) * 1e6


def rows() -> Iterator[Row]:
    for size, bar in ((10, 20), (100, 150), (1000, 1000)):
        yield from cold(size, bar)
    hot_times = {}
    for size in (10, 100, 1000):
        for shape, statements in shapes(size).items():
            time = hot(statements, size // 2)
            hot_times[shape, size] = time
            yield Row(f"hot, {size} statements, {shape}", time, 5)
    for shape in shapes(10):
        ratio = hot_times[shape, 1000] / hot_times[shape, 10]
        yield Row(f"hot, 1000 against 10 statements (times), {shape}", ratio, 2)
    yield from conditions()
    yield from patterns()


def shapes(size: int) -> dict[str, list[dict[str, Any]]]:
    """Statements that differ in the head of their action, of their resource, or in both."""
    return {
        "actions differ": [statement(f"ots:Get{one}", "*") for one in range(size)],
        "resources differ": [
            statement("ots:Get*", f"acs:ots:*:*:instance/i{one}/table/*") for one in range(size)
        ],
        "both differ": [
            statement(f"ots:Get{one}", f"acs:ots:*:*:instance/i{one}/table/*")
            for one in range(size)
        ],
    }


def statement(action: str, resource: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": resource}


def cold(size: int, bar: float) -> Iterator[Row]:
    for shape, statements in shapes(size).items():
        document = {"Version": "1", "Statement": statements}
        text = json.dumps(document)
        access = asked(size // 2)
        for name, source in (("text", text), ("dict", document)):

            def run(source: Any = source, access: Access = access) -> bool:
                applied = AppliedPolicy(Policy.parse(source), "p", "Custom")
                return bool(decide(access, Layers(identity=(applied,))))

            assert run()
            yield Row(
                f"cold, {size} statements, {shape}, {name}",
                best(run, repeat=max(200, 20_000 // size)),
                bar,
            )


def hot(statements: list[dict[str, Any]], number: int) -> float:
    layers = layers_of(statements)
    access = asked(number)
    assert decide(access, layers)
    return best(lambda: decide(access, layers), repeat=50, number=200)


def conditions() -> Iterator[Row]:
    """What one more condition costs a decision."""
    context = {
        "acs:SourceIp": "10.0.0.8",
        "acs:CurrentTime": "2026-03-01T08:00:00Z",
        "acs:SecureTransport": "true",
        "ots:Size": "10",
        "oss:Prefix": "a/b",
    }
    added = {
        "IpAddress": {"acs:SourceIp": "10.0.0.0/24"},
        "DateLessThan": {"acs:CurrentTime": "2027-01-01T00:00:00+08:00"},
        "Bool": {"acs:SecureTransport": "true"},
        "NumericLessThan": {"ots:Size": "11"},
        "StringLike": {"oss:Prefix": "a/*"},
        "StringEquals": {"oss:Prefix": "a/b"},
    }
    access = Access(ALICE, "ots:GetRow", TABLE.format(1), context)

    def time(condition: dict[str, Any]) -> float:
        layers = layers_of([{**statement("ots:GetRow", "*"), "Condition": condition}])
        assert decide(access, layers)
        return best(lambda: decide(access, layers), repeat=50, number=200)

    # The first condition pays for reading the context; the question is what each further one costs.
    first = {"StringNotEquals": {"acs:Other": "x"}}
    base = time(first)
    for name, keys in added.items():
        yield Row(f"one condition more, {name}", time({**first, name: keys}) - base, 1)


def patterns() -> Iterator[Row]:
    pathological = "*a*a*a*a*b"
    half = best(lambda: matches(pathological, "a" * 1000), repeat=200, number=10)
    whole = best(lambda: matches(pathological, "a" * 2000), repeat=200, number=10)
    yield Row(f"`{pathological}` against 2000 characters", whole, 1000)
    yield Row(f"`{pathological}`, 2000 against 1000 characters (times)", whole / half, 2.2)
    marked = "*a?a?a*a?a*b"
    whole = best(lambda: matches(marked, "a" * 2000), repeat=50)
    yield Row(f"`{marked}` against 2000 characters", whole, 1000)


def layers_of(statements: list[dict[str, Any]]) -> Layers:
    policy = Policy.parse({"Version": "1", "Statement": statements})
    return Layers(identity=(AppliedPolicy(policy, "p", "Custom"),))


def asked(number: int) -> Access:
    return Access(ALICE, f"ots:Get{number}", TABLE.format(number))


def main() -> None:
    for row in rows():
        print(row)


if __name__ == "__main__":
    main()
