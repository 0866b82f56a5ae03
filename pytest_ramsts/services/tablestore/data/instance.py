"""Instances: who owns them, in which region they are, and which tables they hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from threading import RLock
from typing import Final

from pytest_ramsts.errors import AlreadyExistsError
from pytest_ramsts.identity import Account
from pytest_ramsts.services.tablestore.data.key import Schema, key_columns
from pytest_ramsts.services.tablestore.data.table import Table
from pytest_ramsts.services.tablestore.data.transaction import Transaction
from pytest_ramsts.services.tablestore.errors import TableStoreError, invalid
from pytest_ramsts.services.tablestore.wire.messages import KeyColumn, TableOptions
from pytest_ramsts.services.tablestore.wire.plainbuffer import KeyValue, PlainRow

__all__ = ["Instance", "TableStore"]

_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,14}[A-Za-z0-9]")
_TABLES: Final = 64


class Instance:
    """An instance of an account: a database with tables in it.

        shop = ramsts.state("tablestore").create_instance("shop", ramsts.account)
        orders = shop.create_table("orders", {"id": "INTEGER"})
        orders.put({"id": 1}, {"title": "lamp"})

    Its ARN, and those of its tables, are what policies name.
    """

    def __init__(self, name: str, account: Account, region: str) -> None:
        if not _NAME.fullmatch(name):
            raise invalid(
                f"Invalid instance name: {name}.",
                hint="3 to 16 letters, digits and `-`; the first a letter, the last no `-`",
            )
        self.name = name.lower()
        self.account = account
        self.region = region
        self.tables: dict[str, Table] = {}
        self.transactions: dict[str, Transaction] = {}
        self.lock = RLock()
        """Clients ask from several threads; a row changes as a whole."""

    def __repr__(self) -> str:
        return f"<Instance {self.name} in {self.region}, tables: {', '.join(self.tables)}>"

    @property
    def arn(self) -> str:
        return f"acs:ots:{self.region}:{self.account.id}:{self.resource}"

    @property
    def resource(self) -> str:
        """The end of its ARN."""
        return f"instance/{self.name}"

    @property
    def endpoint(self) -> str:
        """Where a client reaches it."""
        return f"https://{self.name}.{self.region}.ots.aliyuncs.com"

    def create_table(
        self,
        name: str,
        key: Schema,
        *,
        time_to_live: int | None = None,
        max_versions: int | None = None,
    ) -> Table:
        """Make a table: `create_table("orders", {"id": "INTEGER"})`, options as in the API."""
        options = TableOptions(time_to_live=time_to_live, max_versions=max_versions)
        return self.add_table(name, key_columns(key), options)

    def add_table(self, name: str, schema: Sequence[KeyColumn], options: TableOptions) -> Table:
        if name in self.tables:
            raise TableStoreError("OTSObjectAlreadyExist", hint=f"`{name}`")
        table = Table(name, schema, options, self.account.world.clock.time)
        if len(self.tables) >= _TABLES:
            raise TableStoreError("OTSQuotaExhausted", hint=f"the limit is {_TABLES}")
        self.tables[name] = table
        return table

    def table(self, name: str) -> Table:
        try:
            return self.tables[name]
        except KeyError:
            raise TableStoreError(
                "OTSObjectNotExist", hint=f"`{name}` of the instance `{self.name}`"
            ) from None

    def table_for(self, name: str, key: PlainRow, transaction_id: str | None) -> Table:
        """The table as a transaction sees it, if the call is part of one."""
        table = self.table(name)
        if not transaction_id:
            return table
        transaction = self.transaction(transaction_id)
        if transaction.table is not table or transaction.partition != _first(key):
            # Neither code nor text is documented.
            raise invalid(
                "Transaction and row are not of the same partition.",
                hint=f"the transaction is on {transaction.partition!r} of {transaction.table!r}",
            )
        return transaction.copy

    def table_to_write(self, name: str, key: PlainRow, transaction_id: str | None) -> Table:
        """The same, for a change: what a transaction holds nobody else can change."""
        table = self.table_for(name, key, transaction_id)
        if not transaction_id and self.transactions:
            self._refuse_held(table, _first(key))
        return table

    def start_transaction(self, name: str, key: PlainRow) -> Transaction:
        table, partition = self.table(name), _first(key)
        self._refuse_held(table, partition)
        world = self.account.world
        transaction = Transaction(world.ids.text(32), table, partition, world.clock.time())
        self.transactions[transaction.id] = transaction
        return transaction

    def transaction(self, transaction_id: str) -> Transaction:
        """A transaction that is open; none is for longer than a minute."""
        transaction = self.transactions.get(transaction_id)
        if transaction is None or transaction.over(self.account.world.clock.time()):
            raise TableStoreError("OTSSessionNotExist", hint=f"`{transaction_id}`")
        return transaction

    def _refuse_held(self, table: Table, partition: KeyValue) -> None:
        now = self.account.world.clock.time()
        for transaction in self.transactions.values():
            if transaction.holds(table, partition, now):
                raise TableStoreError(
                    "OTSRowOperationConflict", hint=f"the transaction {transaction.id} holds it"
                )

    def delete_table(self, name: str) -> None:
        self.table(name)
        del self.tables[name]


def _first(key: PlainRow) -> KeyValue:
    if not key.key:
        raise invalid("Cell data broken, PK is empty.")
    return key.key[0][1]


class TableStore:
    """What exists in Table Store: instances, by region and name. Their names are not shared in a
    region, whosever they are.
    """

    def __init__(self) -> None:
        self.instances: dict[tuple[str, str], Instance] = {}

    def create_instance(
        self, name: str, account: Account, *, region: str = "cn-hangzhou"
    ) -> Instance:
        """Make an instance. Clients reach it at its `endpoint`."""
        instance = Instance(name, account, region)
        place = (region, instance.name)
        if place in self.instances:
            raise AlreadyExistsError("Instance", name)
        self.instances[place] = instance
        return instance

    def instance(self, name: str, account: Account, region: str) -> Instance:
        """The instance that an account asks for, or the refusal: that is one of authentication."""
        instance = self.instances.get((region, name.lower()))
        if instance is None:
            elsewhere = [place for place, other in self.instances if other == name.lower()]
            raise TableStoreError(
                "OTSAuthFailed",
                "The instance is not found.",
                hint=f"`{name}` is in {', '.join(elsewhere)}, not in {region}"
                if elsewhere
                else f"there is no `{name}`; make it with"
                f' cloud.state("tablestore").create_instance("{name}", account)',
            )
        if instance.account is not account:
            raise TableStoreError(
                "OTSAuthFailed",
                "The user has no privilege to access the instance.",
                hint=f"`{name}` belongs to the account {instance.account.id}",
            )
        return instance
