"""Whose signature counts at a door: the secrets of a company's connection.

A vendor waits while we look, so what was read is remembered for a moment. A signature that does not
fit is judged by what is stored now, which lets a new secret in at once; one that was taken away is
let in for at most ``REMEMBERED`` seconds more.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from arbook.gateways.models import Connection

REMEMBERED = 10.0
MOST = 1000

_known: dict[tuple[str, UUID], tuple[float, "Keys"]] = {}


@dataclass(frozen=True)
class Keys:
    """What one company's door needs to judge a signature."""

    company_id: int
    secrets: Mapping

    def several(self, name: str) -> list[str]:
        """A secret, or two separated by a comma while one replaces the other."""
        return [part.strip() for part in (self.secrets.get(name) or "").split(",") if part.strip()]


def fitting(vendor: str, company: UUID, fits: Callable[[Keys], bool]) -> tuple[Keys | None, bool]:
    """The keys of the company's connection and whether they fit; no keys where there is none."""
    remembered = _known.get((vendor, company))
    if remembered and time.monotonic() - remembered[0] < REMEMBERED and fits(remembered[1]):
        return remembered[1], True
    keys = _read(vendor, company)
    return keys, keys is not None and fits(keys)


def _read(vendor: str, company: UUID) -> Keys | None:
    connection = Connection.objects.filter(vendor=vendor, company__uuid=company).first()
    if connection is None:
        _known.pop((vendor, company), None)
        return None
    if len(_known) >= MOST:
        _known.clear()
    keys = Keys(connection.company_id, connection.secrets)
    _known[vendor, company] = time.monotonic(), keys
    return keys
