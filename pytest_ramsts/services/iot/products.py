"""Products of IoT Platform, and their topic categories."""

from __future__ import annotations

import re
from typing import Any, Final

from pytest_ramsts.identity import Account
from pytest_ramsts.service import Body
from pytest_ramsts.services.iot.errors import IotError
from pytest_ramsts.services.iot.product import everything, iot
from pytest_ramsts.services.iot.state import IotState, Product, Topic

__all__ = ["page_start", "pages"]

_NAME: Final = re.compile(r"[\w@()·-]{2,30}")
_NODE_TYPES: Final = (0, 1)  # a device, a gateway
_OPERATIONS: Final = ("SUB", "PUB", "ALL")


@iot.operation(on=everything)
def create_product(
    account: Account,
    state: IotState,
    product_name: str,
    node_type: int,
    data_format: int = 1,
    aliyun_commodity_code: str = "iothub_senior",
    auth_type: str = "secret",
    description: str = "",
) -> Body:
    if node_type not in _NODE_TYPES:
        raise IotError("iot.prod.InvalidNodeType", hint=f"{node_type}: 0 (device) or 1 (gateway)")
    products = state.products(account.id)
    _check_name(product_name, products)
    ids = account.world.ids
    product = Product(
        key="a1" + ids.text(9),
        name=product_name,
        secret=ids.text(16),
        node_type=node_type,
        data_format=data_format,
        auth_type=auth_type,
        commodity_code=aliyun_commodity_code,
        description=description,
        created=account.world.clock.time(),
    )
    products[product.key] = product
    return {"ProductKey": product.key, "Data": {**_fields(product), "Id2": False}}


@iot.operation(on=everything)
def query_product(account: Account, state: IotState, product_key: str) -> Body:
    product = state.product(account.id, product_key)
    return {
        "Data": {
            **_fields(product),
            **_counted(product),
            "Id2": False,
            "Owner": True,
            "ProductStatus": "DEVELOPMENT_STATUS",
        }
    }


@iot.operation(on=everything)
def query_product_list(
    account: Account, state: IotState, current_page: int, page_size: int
) -> Body:
    products = list(state.products(account.id).values())[::-1]  # the newest first
    page = products[page_start(current_page, page_size) :][:page_size]
    listed = [
        {
            "ProductKey": product.key,
            "ProductName": product.name,
            "NodeType": product.node_type,
            "DataFormat": product.data_format,
            "AuthType": product.auth_type,
            "Description": product.description,
            **_counted(product),
        }
        for product in page
    ]
    return {
        "Data": {
            "CurrentPage": current_page,
            "PageSize": page_size,
            "PageCount": pages(len(products), page_size),
            "Total": len(products),
            "List": {"ProductInfo": listed},
        }
    }


@iot.operation(on=everything)
def update_product(
    account: Account,
    state: IotState,
    product_key: str,
    product_name: str,
    description: str | None = None,
) -> Body:
    product = state.product(account.id, product_key)
    if product_name != product.name:
        _check_name(product_name, state.products(account.id))
    product.name = product_name
    if description is not None:
        product.description = description
    return {}


@iot.operation(on=everything)
def delete_product(account: Account, state: IotState, product_key: str) -> Body:
    """What belongs to a product goes with it."""
    del state.products(account.id)[state.product(account.id, product_key).key]
    return {}


# Topic categories


@iot.operation(on=everything)
def create_product_topic(
    account: Account,
    state: IotState,
    product_key: str,
    topic_short_name: str,
    operation: str,
    desc: str = "",
) -> Body:
    product = state.product(account.id, product_key)
    _check_topic(product, topic_short_name, operation)
    topic = Topic(account.world.ids.digits(8), topic_short_name, operation, desc)
    product.topics[topic.id] = topic
    return {"TopicId": int(topic.id)}


@iot.operation(on=everything)
def query_product_topic(account: Account, state: IotState, product_key: str) -> Body:
    topics = state.product(account.id, product_key).topics.values()
    listed = [
        {
            "Id": topic.id,
            "ProductKey": product_key,
            "TopicShortName": f"/{product_key}/${{deviceName}}/user/{topic.short_name}",
            "Operation": topic.operation,
            "Desc": topic.description,
        }
        for topic in topics
    ]
    return {"Data": {"ProductTopicInfo": listed}}


@iot.operation(on=everything)
def update_product_topic(
    account: Account,
    state: IotState,
    topic_id: str,
    topic_short_name: str = "",
    operation: str = "",
    desc: str | None = None,
) -> Body:
    product, topic = _topic(account, state, topic_id)
    if topic_short_name and topic_short_name != topic.short_name:
        _check_topic(product, topic_short_name, operation or topic.operation)
    topic.short_name = topic_short_name or topic.short_name
    topic.operation = operation or topic.operation
    topic.description = topic.description if desc is None else desc
    return {}


@iot.operation(on=everything)
def delete_product_topic(account: Account, state: IotState, topic_id: str) -> Body:
    product, topic = _topic(account, state, topic_id)
    del product.topics[topic.id]
    return {}


def _topic(account: Account, state: IotState, topic_id: str) -> tuple[Product, Topic]:
    plain = topic_id.lstrip("0")
    for product in state.products(account.id).values():
        for topic in product.topics.values():
            if topic.id.lstrip("0") == plain:
                return product, topic
    raise IotError("iot.messagebroker.TopicTemplateIsNotFound", hint=f"`{topic_id}`")


def _check_topic(product: Product, short_name: str, operation: str) -> None:
    if operation not in _OPERATIONS:
        raise IotError(
            "iot.messagebroker.InvalidTopicTemplateOperationValue",
            hint=f"`{operation}`: one of {', '.join(_OPERATIONS)}",
        )
    if any(topic.short_name == short_name for topic in product.topics.values()):
        raise IotError("iot.messagebroker.TopicAlreadyFound", hint=f"`{short_name}`")


# What products look like


def _check_name(name: str, products: dict[str, Product]) -> None:
    if not _NAME.fullmatch(name):
        raise IotError(
            "iot.prod.InvalidFormattedProductName",
            hint=f"`{name}`: 2 to 30 letters, digits and `-_@()`",
        )
    if any(product.name == name for product in products.values()):
        raise IotError("iot.prod.AlreadyExistedProductName", hint=f"`{name}`")


def _fields(product: Product) -> dict[str, Any]:
    return {
        "ProductKey": product.key,
        "ProductName": product.name,
        "ProductSecret": product.secret,
        "NodeType": product.node_type,
        "DataFormat": product.data_format,
        "AliyunCommodityCode": product.commodity_code,
        "AuthType": product.auth_type,
        "Description": product.description,
    }


def _counted(product: Product) -> dict[str, Any]:
    return {"DeviceCount": len(product.devices), "GmtCreate": int(product.created * 1000)}


# Pages


def page_start(page: int, size: int, largest: int = 200) -> int:
    if page < 1 or not 1 <= size <= largest:
        raise IotError("iot.common.InvalidPageParams", hint=f"page {page} of {size} each")
    return (page - 1) * size


def pages(total: int, size: int) -> int:
    return -(-total // size)
