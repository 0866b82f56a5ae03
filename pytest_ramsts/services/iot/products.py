"""Products of IoT Platform."""

from __future__ import annotations

import re
from typing import Final

from pytest_ramsts.identity import Account
from pytest_ramsts.service import Body
from pytest_ramsts.services.iot.product import everything, iot
from pytest_ramsts.services.iot.state import IotError, IotState, Product

_NAME: Final = re.compile(r"[\w@()·-]{2,30}")
_NODE_TYPES: Final = (0, 1)  # a device, a gateway


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
    if not _NAME.fullmatch(product_name):
        raise IotError(
            "iot.prod.InvalidFormattedProductName",
            hint=f"`{product_name}`: 2 to 30 letters, digits and `-_@()`",
        )
    if node_type not in _NODE_TYPES:
        raise IotError("iot.prod.InvalidNodeType", hint=f"{node_type}: 0 (device) or 1 (gateway)")
    products = state.products(account.id)
    if any(product.name == product_name for product in products.values()):
        raise IotError("iot.prod.AlreadyExistedProductName", hint=f"`{product_name}`")
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
    return {
        "ProductKey": product.key,
        "Data": {
            "ProductKey": product.key,
            "ProductName": product.name,
            "ProductSecret": product.secret,
            "NodeType": product.node_type,
            "DataFormat": product.data_format,
            "AliyunCommodityCode": product.commodity_code,
            "AuthType": product.auth_type,
            "Id2": False,
            "Description": product.description,
        },
    }


@iot.operation(on=everything)
def query_product_list(
    account: Account, state: IotState, current_page: int, page_size: int
) -> Body:
    products = list(state.products(account.id).values())[::-1]  # the newest first
    page = products[page_start(current_page, page_size) :][:page_size]
    return {
        "Data": {
            "CurrentPage": current_page,
            "PageSize": page_size,
            "PageCount": -(-len(products) // page_size),
            "Total": len(products),
            "List": {
                "ProductInfo": [
                    {
                        "ProductKey": product.key,
                        "ProductName": product.name,
                        "NodeType": product.node_type,
                        "DataFormat": product.data_format,
                        "AuthType": product.auth_type,
                        "Description": product.description,
                        "DeviceCount": len(product.devices),
                        "GmtCreate": int(product.created * 1000),
                    }
                    for product in page
                ]
            },
        }
    }


def page_start(page: int, size: int, largest: int = 200) -> int:
    if page < 1 or not 1 <= size <= largest:
        raise IotError("iot.common.InvalidPageParams", hint=f"page {page} of {size} each")
    return (page - 1) * size
