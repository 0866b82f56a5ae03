"""Table Store 2015-12-31: instances, tables and rows in memory, every operation guarded."""

from pytest_ramsts.services.tablestore import batches, others, rows, tables, transactions
from pytest_ramsts.services.tablestore.data.instance import Instance, TableStore
from pytest_ramsts.services.tablestore.data.table import Table
from pytest_ramsts.services.tablestore.product import tablestore

__all__ = [
    "Instance",
    "Table",
    "TableStore",
    "batches",
    "others",
    "rows",
    "tables",
    "tablestore",
    "transactions",
]
