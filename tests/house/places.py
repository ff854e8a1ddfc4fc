"""Every company URL of the product, found by walking the resolver: nobody keeps a list."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

COMPANY = "c/<slug:company_slug>/"
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Place:
    """One URL pattern below a company."""

    route: str
    view: object

    @property
    def parameters(self) -> list[str]:
        """The names it takes; a bare ``pk`` is named by the noun before it."""
        names, before = [], ""
        for part in self.route.split("/"):
            if found := _PARAMETER.search(part):
                names.append(before if found[1] == "pk" else found[1])
            else:
                before = part
        return names

    @property
    def numbers(self) -> list[str]:
        """The parameters that name a row."""
        return [
            name
            for name in self.parameters
            if name not in ("company_slug", "vendor", "kind", "moment", "of")
        ]

    def path(self, values: dict[str, object]) -> str:
        """The path with these values; KeyError names what a lived-in company has no row for."""
        given = iter(self.parameters)
        return "/" + _PARAMETER.sub(lambda _: str(values[next(given)]), self.route)


def places() -> list[Place]:
    """Every place below ``/c/<company>/``."""
    return [
        Place(route, pattern.callback)
        for route, pattern in _walk(get_resolver().url_patterns, "")
        if route.startswith(COMPANY)
    ]


def _walk(patterns, before: str) -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _walk(pattern.url_patterns, route)
        else:
            yield route, pattern
