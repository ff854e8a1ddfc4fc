"""Every company URL of the product, found by walking the resolver: nobody keeps a list."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver

COMPANY = "c/<slug:company_slug>/"
_PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")


@dataclass(frozen=True)
class Place:
    """One URL pattern, by its name with the app before it."""

    route: str
    view: object
    name: str = ""

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
            if name
            not in ("company_slug", "vendor", "kind", "moment", "of", "cause", "text", "reply_key")
        ]

    def path(self, values: dict[str, object]) -> str:
        """The path with these values; KeyError names what a lived-in company has no row for."""
        given = iter(self.parameters)
        return "/" + _PARAMETER.sub(lambda _: str(values[next(given)]), self.route)


def places() -> list[Place]:
    """Every place below ``/c/<company>/``."""
    return [one for one in everything() if one.route.startswith(COMPANY)]


def elsewhere() -> list[Place]:
    """Every other place; support's windows count as the one place they are made from."""
    return [one for one in everything() if not one.route.startswith(COMPANY)]


def everything() -> list[Place]:
    """All that the resolver knows."""
    return [
        Place(route, pattern.callback, name)
        for route, name, pattern in _walk(get_resolver().url_patterns, "", "")
    ]


def _written(route: str) -> str:
    """A route with its parameters in angle brackets, also where it is a regular expression."""
    return re.sub(r"\(\?P<(\w+)>[^)]*\)", r"<\1>", route).strip("^").removesuffix("$")


def _walk(patterns, before: str, app: str) -> Iterator[tuple[str, str, URLPattern]]:
    for pattern in patterns:
        route = before + _written(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            name = pattern.namespace or app
            yield from _walk(pattern.url_patterns, route, name)
        else:
            yield route, f"{app}:{pattern.name}" if app else str(pattern.name), pattern
