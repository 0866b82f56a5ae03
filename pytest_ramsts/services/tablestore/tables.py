"""Tables of an instance: made, listed, described, changed and deleted; their indexes are noted."""

from __future__ import annotations

from pytest_ramsts.service import Invocation
from pytest_ramsts.services.tablestore.data.instance import Instance
from pytest_ramsts.services.tablestore.data.table import Table
from pytest_ramsts.services.tablestore.errors import TableStoreError, invalid
from pytest_ramsts.services.tablestore.product import every_table, operation, the_instance
from pytest_ramsts.services.tablestore.wire.messages import (
    CapacityUnit,
    CreateIndex,
    CreateTable,
    DropIndex,
    NamesTable,
    Nothing,
    ReservedThroughputDetails,
    TableDescribed,
    TableMeta,
    TablesListed,
    TableUpdated,
    UpdateTable,
)


def _new_table(invocation: Invocation) -> str:
    return f"{the_instance(invocation)}/table/{invocation.content.table_meta.table_name}"


def _main_table(invocation: Invocation) -> str:
    return f"{the_instance(invocation)}/table/{invocation.content.main_table_name}"


@operation(on=_new_table)
def create_table(instance: Instance, asked: CreateTable) -> Nothing:
    meta, options = asked.table_meta, asked.table_options
    if options is None or options.time_to_live is None:
        raise invalid("Time-to-live is missing while creating table.")
    if options.max_versions is None:
        raise invalid("MaxVersions is missing while creating table.")
    table = instance.add_table(meta.table_name, meta.primary_key, options)
    table.defined_columns = meta.defined_column
    table.indexes = asked.index_metas
    _reserve(table, asked.reserved_throughput.capacity_unit)
    return Nothing()


@operation(on=every_table)
def list_table(instance: Instance, asked: Nothing) -> TablesListed:  # noqa: ARG001 - it asks nothing
    return TablesListed(table_names=list(instance.tables))


@operation()
def describe_table(instance: Instance, asked: NamesTable) -> TableDescribed:
    table = instance.table(asked.table_name)
    return TableDescribed(
        table_meta=TableMeta(
            table_name=table.name,
            primary_key=list(table.key.columns),
            defined_column=table.defined_columns,
        ),
        reserved_throughput_details=_throughput(table),
        table_options=table.options,
        index_metas=table.indexes,
    )


@operation()
def update_table(instance: Instance, asked: UpdateTable) -> TableUpdated:
    table = instance.table(asked.table_name)
    if asked.table_options is not None:
        if not vars(asked.table_options):
            raise invalid("No parameter is specified in table options.")
        table.set_options(asked.table_options)
    if asked.reserved_throughput is not None:
        _reserve(table, asked.reserved_throughput.capacity_unit)
    return TableUpdated(reserved_throughput_details=_throughput(table), table_options=table.options)


@operation()
def delete_table(instance: Instance, asked: NamesTable) -> Nothing:
    instance.delete_table(asked.table_name)
    return Nothing()


# Indexes: noted and described; nothing can be read from one


@operation(on=_main_table)
def create_index(instance: Instance, asked: CreateIndex) -> Nothing:
    table = instance.table(asked.main_table_name)
    if any(index.name == asked.index_meta.name for index in table.indexes):
        raise TableStoreError("OTSObjectAlreadyExist", hint=f"`{asked.index_meta.name}`")
    table.indexes.append(asked.index_meta)
    return Nothing()


@operation(on=_main_table)
def drop_index(instance: Instance, asked: DropIndex) -> Nothing:
    table = instance.table(asked.main_table_name)
    kept = [index for index in table.indexes if index.name != asked.index_name]
    if len(kept) == len(table.indexes):
        raise TableStoreError("OTSObjectNotExist", hint=f"`{asked.index_name}`")
    table.indexes = kept
    return Nothing()


# Capacity: kept and shown, never used up


def _reserve(table: Table, unit: CapacityUnit) -> None:
    read, write = table.reserved
    read = read if unit.read is None else unit.read
    write = write if unit.write is None else unit.write
    if read < 0 or write < 0:
        raise invalid(
            f"Invalid Capacity Unit:{min(read, write)} . Capacity Unit must be nonnegative."
        )
    table.reserved = (read, write)


def _throughput(table: Table) -> ReservedThroughputDetails:
    read, write = table.reserved
    return ReservedThroughputDetails(
        capacity_unit=CapacityUnit(read=read, write=write), last_increase_time=int(table.created)
    )
