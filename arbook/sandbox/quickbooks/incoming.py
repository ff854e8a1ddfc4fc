"""What callers send: only fields that exist, amounts as numbers or strings, `""` as nothing."""

import json
from importlib import resources
from typing import Any

from arbook.sandbox.quickbooks.ledger import FILTERABLE
from arbook.sandbox.quickbooks.refusals import Refusal

WRITABLE: dict[str, list[str]] = json.loads(
    resources.files("arbook.sandbox.quickbooks").joinpath("fields.json").read_text()
)
_NUMBERS = {"Amount", "TotalAmt", "UnitPrice", "Qty", "TotalTax", "Deposit", "ExchangeRate"}


def clean(entity: str, data: dict[str, Any]) -> dict[str, Any]:
    """The fields of an entity as they are kept; Refusal 2010 for what QuickBooks does not know."""
    if entity not in FILTERABLE:
        raise Refusal("2010", f"Unsupported entity {entity}")
    if not isinstance(data, dict):
        raise Refusal("2010", "The body must be an object")
    for name in data:
        if name not in WRITABLE.get(entity, data):
            raise Refusal("2010", f"Property Name:{name} is not supported", element=name)
    return _numbers({name: value for name, value in data.items() if value != ""})


def _numbers(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _numbers(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_numbers(item) for item in value]
    if key in _NUMBERS and isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            raise Refusal("2010", f"Invalid Number : {value}", element=key) from None
    return value
