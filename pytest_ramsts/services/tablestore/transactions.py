"""Local transactions: several changes of one partition, all of them or none."""

from __future__ import annotations

from pytest_ramsts.service import Invocation
from pytest_ramsts.services.tablestore.data.instance import Instance
from pytest_ramsts.services.tablestore.product import instance_of, operation
from pytest_ramsts.services.tablestore.wire.messages import (
    Nothing,
    OfTransaction,
    StartLocalTransaction,
    TransactionStarted,
)


def _its_table(invocation: Invocation) -> str:
    """The table that the transaction was started on: the request names none.

    Of an unknown one every table is asked for, so that nobody learns of it who may not.
    """
    instance = instance_of(invocation)
    transaction = instance.transactions.get(invocation.content.transaction_id)
    return f"{instance.resource}/table/{transaction.table.name if transaction else '*'}"


@operation()
def start_local_transaction(instance: Instance, asked: StartLocalTransaction) -> TransactionStarted:
    transaction = instance.start_transaction(asked.table_name, asked.key)
    return TransactionStarted(transaction_id=transaction.id)


@operation(on=_its_table)
def commit_transaction(instance: Instance, asked: OfTransaction) -> Nothing:
    instance.transaction(asked.transaction_id).commit()
    del instance.transactions[asked.transaction_id]
    return Nothing()


@operation(on=_its_table)
def abort_transaction(instance: Instance, asked: OfTransaction) -> Nothing:
    instance.transaction(asked.transaction_id)
    del instance.transactions[asked.transaction_id]
    return Nothing()
