"""Stripe's form encoding, and the check that only parameters exist which Stripe knows.

`parameters.json` holds, per operation, the tree of names: 0 a value, 1 a free map, 2 anything,
`{...}` an object, `[...]` a list; `!` marks what is required.
"""

import json
import re
from importlib import resources
from typing import Any

from arbook.sandbox.stripe.errors import StripeError

_DATA = json.loads(resources.files("arbook.sandbox.stripe").joinpath("parameters.json").read_text())
VERSION: str = _DATA["version"]
OPERATIONS: dict[str, dict[str, Any]] = _DATA["operations"]
SHAPES: dict[str, dict[str, Any]] = _DATA["shapes"]
_PART = re.compile(r"\[([^\]]*)\]")


def parse(pairs: list[tuple[str, str]]) -> dict[str, Any]:
    """`a[b][0]=x` as nested dicts and lists."""
    root: dict[str, Any] = {}
    for name, value in pairs:
        head, bracket, _ = name.partition("[")
        path = [head, *_PART.findall(name)] if bracket else [name]
        node = root
        for part, following in zip(path, [*path[1:], None], strict=True):
            if part == "":
                part = str(len(node))
            if following is None:
                node[part] = value
            else:
                node = node.setdefault(part, {})
                if not isinstance(node, dict):
                    raise StripeError("Invalid request: conflicting parameters", param=name)
    return _with_lists(root)


def _with_lists(node: Any) -> Any:
    if not isinstance(node, dict):
        return node
    if node and all(key.isdigit() for key in node):
        return [_with_lists(node[key]) for key in sorted(node, key=int)]
    return {key: _with_lists(value) for key, value in node.items()}


def check(operation: str, params: dict[str, Any]) -> None:
    """Refuse what the operation does not know and what it misses."""
    if "payment_method_types" in params and operation.startswith("POST"):
        raise StripeError(
            "The payment_method_types parameter is no longer supported.",
            code="payment_method_types_no_longer_supported",
            param="payment_method_types",
        )
    _check(OPERATIONS.get(operation, {}), params, "")


def _check(known: Any, sent: Any, path: str) -> None:
    if known in (1, 2) or sent == "":
        return
    if isinstance(known, list):
        for number, item in enumerate(sent if isinstance(sent, list) else [sent]):
            _check(known[0], item, f"{path}[{number}]")
        return
    if not isinstance(known, dict):
        if isinstance(sent, (dict, list)):
            raise StripeError(f"Invalid string: {path}", code="parameter_invalid", param=path)
        return
    if not isinstance(sent, dict):
        if path == "created":
            return
        raise StripeError(f"Invalid object: {path}", code="parameter_invalid", param=path)
    for name, value in sent.items():
        full = f"{path}[{name}]" if path else name
        kind = known.get(name, known.get(name + "!"))
        if kind is None:
            text = f"Received unknown parameter: {full}"
            raise StripeError(text, code="parameter_unknown", param=full)
        _check(kind, value, full)
    for name in known:
        if name.endswith("!") and name[:-1] not in sent:
            full = f"{path}[{name[:-1]}]" if path else name[:-1]
            text = f"Missing required param: {full}."
            raise StripeError(text, code="parameter_missing", param=full)


def whole(params: dict[str, Any], name: str, default: int | None = None) -> int:
    """An integer parameter; 400 when it is none."""
    value = params.get(name, default)
    try:
        return int(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise StripeError(
            f"Invalid integer: {value}", code="parameter_invalid_integer", param=name
        ) from None


def flag(value: Any) -> bool:
    return str(value).lower() == "true"
