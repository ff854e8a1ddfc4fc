"""What goes over the wire: one request, one answer, and which function answers a path."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl

JSON = "application/json"


@dataclass
class Request:
    """One HTTP request; `path` starts after the vendor's prefix, `base` is our URL as called."""

    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    base: str = ""

    def first(self, name: str, default: str = "") -> str:
        """The first value of a query parameter."""
        return self.query.get(name, [default])[0]

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """Form fields in the order sent, empty ones included."""
        return parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True)

    @property
    def form(self) -> dict[str, str]:
        return dict(self.pairs)

    def json(self) -> Any:
        """The parsed JSON body; ValueError when it is none."""
        return json.loads(self.body)


@dataclass
class Response:
    status: int
    body: bytes = b""
    content_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def json(cls, data: Any, status: int = 200, **headers: str) -> "Response":
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return cls(status, dump(data), JSON, named)

    @classmethod
    def html(cls, text: str, status: int = 200) -> "Response":
        return cls(status, text.encode(), "text/html; charset=utf-8")

    @classmethod
    def redirect(cls, url: str) -> "Response":
        return cls(303, b"", "text/plain", {"Location": url})


def dump(data: Any) -> bytes:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":")).encode()


def split_url(target: str) -> tuple[str, dict[str, list[str]]]:
    path, _, query = target.partition("?")
    return path, parse_qs(query, keep_blank_values=True)


@dataclass
class Call:
    """A request that found its function: its name in counts and faults, and how to run it."""

    operation: str
    run: Callable[[], Response]
    account: str = ""
    detail: str = ""


class Routes:
    """An ordered list of (method, path template, operation, function)."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, re.Pattern[str], str, Callable[..., Any]]] = []

    def on(self, method: str, template: str, operation: str = "") -> Callable[..., Any]:
        """Decorator: `{name}` in the template becomes a keyword argument."""
        pattern = re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", template)
        compiled = re.compile(pattern + r"/?$")

        def register(function: Callable[..., Any]) -> Callable[..., Any]:
            self._rows.append((method, compiled, operation or function.__name__, function))
            return function

        return register

    def find(self, method: str, path: str) -> tuple[str, Callable[..., Any], dict[str, str]] | None:
        for wanted, pattern, operation, function in self._rows:
            if wanted == method and (match := pattern.match(path)):
                return operation, function, match.groupdict()
        return None
