"""What the frame around every page shows; filled by the floors above through a registry."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class RailItem:
    """One entry of the left rail. ``url_name`` takes the company's slug when there is a company."""

    key: str
    label: str
    icon: str
    url_name: str
    everywhere: str = ""  # the name of the same place over all companies, when there is one
    # Names of places that stand below this one although their addresses do not.
    also: tuple[str, ...] = ()


@dataclass
class Frame:
    rail: list[RailItem] = field(default_factory=list)
    # (company, now) to what waits for a person, by the key of the rail's entry.
    counts: list[Callable[[Any, Any], dict[str, int]]] = field(default_factory=list)
    freshness: list[Callable[[Any, Any], list[dict]]] = field(default_factory=list)


frame = Frame()
