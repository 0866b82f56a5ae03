"""What a large account costs: 10,000 users, 1,000 roles, 1,000 policies, against its bars.

Run it with `python -m benchmarks.identity`.
"""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable
from functools import partial
from time import process_time

from benchmarks.measure import Case, figure, interleaved, row
from pytest_ramsts import Account, FakeCloud, Limits, Policy, allow
from pytest_ramsts.service import Invocation
from pytest_ramsts.services.ram import ram
from pytest_ramsts.wire import Request

USERS = 10_000
OTHERS = 1_000
ROOM = Limits(users=USERS * 2, roles=OTHERS * 2, policies=OTHERS * 2, groups=OTHERS * 2)
READING = Policy(allow("ots:GetRow"))


def main() -> None:
    _making()
    _weight()
    _calls()


def empty_account() -> Account:
    return FakeCloud(limits=ROOM).account


def large_account() -> Account:
    account = empty_account()
    for number in range(USERS):
        account.create_user(f"user-{number}")
    for number in range(OTHERS):
        account.create_role(f"role-{number}")
        account.create_policy(f"policy-{number}", READING)
    return account


def _making() -> None:
    """Time of the processor and not of the clock on the wall: a busy machine bends that."""
    tenth = USERS // 10
    first, last, whole = [], [], []
    for _ in range(5):
        account = empty_account()
        names = [f"user-{number}" for number in range(USERS)]
        marks = []
        gc.collect()
        gc.disable()
        for number, name in enumerate(names):
            if number % tenth == 0:
                marks.append(process_time())
            account.create_user(name)
        marks.append(process_time())
        gc.enable()
        first.append(marks[1] - marks[0])
        last.append(marks[-1] - marks[-2])
        whole.append(marks[-1] - marks[0])
    print(row("one user, of 10,000", min(whole) / USERS * 1e6, 15, "µs"))
    print(row("the last tenth against the first", min(last) / min(first), 1.2))
    account = empty_account()
    for kind, make in (
        ("role", lambda number: account.create_role(f"role-{number}")),
        ("policy", lambda number: account.create_policy(f"policy-{number}", READING)),
    ):
        start = process_time()
        for number in range(OTHERS):
            make(number)
        print(figure(f"one {kind}, of 1,000", (process_time() - start) / OTHERS * 1e6))


def _weight() -> None:
    account = empty_account()
    names = [f"user-{number}" for number in range(USERS)]
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for name in names:
        account.create_user(name)
    taken = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()
    print(row("memory of one user", taken / USERS / 1024, 1.5, "K"))


def _calls() -> None:
    small, large, hundred = empty_account(), large_account(), empty_account()
    small.create_user("user-0")
    small.create_role("role-0")
    small.create_policy("policy-0", READING)
    for number in range(100):
        hundred.create_user(f"user-{number}")
    user, role, policy = f"user-{USERS - 1}", f"role-{OTHERS - 1}", f"policy-{OTHERS - 1}"
    cases: dict[str, Case] = {}
    for name, account, last in (
        ("one", small, ("user-0", "role-0", "policy-0")),
        ("many", large, (user, role, policy)),
    ):
        group = account.create_group("few")
        group.add(account.users[last[0]])
        cases |= {
            f"ListUsersForGroup of one, {name}": asked(
                account, "ListUsersForGroup", GroupName="few"
            ),
            f"GetUser, {name}": asked(account, "GetUser", UserName=last[0]),
            f"GetRole, {name}": asked(account, "GetRole", RoleName=last[1]),
            f"GetPolicy, {name}": asked(
                account, "GetPolicy", PolicyName=last[2], PolicyType="Custom"
            ),
            f"UpdateUser, {name}": asked(account, "UpdateUser", UserName=last[0], NewComments="x"),
            f"ListUsers of one, {name}": asked(account, "ListUsers", MaxItems="1"),
            f"create and delete a user, {name}": Case(partial(_once, account)),
        }
    cases["a page of 100, of 100"] = asked(hundred, "ListUsers", MaxItems="100")
    cases["a page of 100, of many"] = asked(large, "ListUsers", MaxItems="100")
    times = interleaved(cases, rounds=400)
    for name in list(times):
        if name.endswith(", many"):
            base = name.removesuffix(", many")
            ratio = times[name] / times[f"{base}, one"]
            print(row(f"{base}: 10,000 users against one", ratio, 1.1))
    page = times["a page of 100, of many"] / times["a page of 100, of 100"]
    print(row("a ListUsers page of 100: of 10,000 against of 100", page, 2))


def _once(account: Account) -> None:
    account.create_user("passing").delete()
    account.recycle_bin.remove_user(account.recycle_bin.users[-1].thing.id)


def asked(account: Account, operation: str, **parameters: str) -> Case:
    """An operation as the gateway runs it, without the wire, which costs the same for all."""
    found = ram.operations[operation]
    invocation = Invocation(
        ram,
        found,
        parameters,
        account,
        account,
        account.world,
        "cn-hangzhou",
        Request("POST", "https://ram.aliyuncs.com/"),
    )
    run: Callable[[], object] = lambda: found.run(**found.bind(invocation))  # noqa: E731
    return Case(run)


if __name__ == "__main__":
    main()
