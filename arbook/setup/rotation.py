"""Changing the key that seals credentials, while everything runs.

Every sealed value is read and written again with the newest key, a few rows at a time. A row is
only replaced while it still holds the very text that was read: whoever wrote meanwhile, for
instance a refreshed token, wrote with the newest key already and is left alone. Stopped half way,
the next run goes on with what is left.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.apps import apps
from django.conf import settings
from django.db import connection

from arbook.companies.second_factor import SEALED
from arbook.encryption import EncryptedJSONField

BATCH = 100
UNREADABLE = -1


@dataclass(frozen=True)
class Place:
    """A column of sealed text, or one name inside a column of JSON."""

    table: str
    column: str
    inside: str = ""

    def __str__(self) -> str:
        return f"{self.table}.{self.column}" + (f" {self.inside}" if self.inside else "")

    @property
    def read(self) -> str:
        return f"\"{self.column}\" ->> '{self.inside}'" if self.inside else f'"{self.column}"'


@dataclass
class Tally:
    """How many values each key opens; ``keys`` counts by the key's place in CREDENTIAL_KEYS."""

    keys: Counter = field(default_factory=Counter)
    sealed_again: int = 0
    changed_meanwhile: int = 0


def places() -> list[Place]:
    """Where sealed text lives: our own fields, and the secrets of second factors."""
    found = [
        Place(model._meta.db_table, one.column)
        for model in apps.get_models()
        for one in model._meta.local_fields
        if isinstance(one, EncryptedJSONField)
    ]
    return [
        *found,
        Place("mfa_authenticator", "data", "secret"),
        Place("mfa_authenticator", "data", "seed"),
    ]


def fingerprint(key: str) -> str:
    """Names a key without telling it."""
    return hashlib.sha256(key.encode()).hexdigest()[:8]


def check() -> dict[Place, Tally]:
    """Which key opens each value; nothing is written."""
    return {place: _look(place) for place in places()}


def rotate() -> dict[Place, Tally]:
    """Seal everything with the newest key; safe beside running processes, and to repeat."""
    done = {}
    box = MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])
    for place in places():
        tally = done[place] = Tally()
        for pk, token in _tokens(place):
            by = opened_by(token)
            tally.keys[by] += 1
            if by in (0, UNREADABLE):
                continue
            if _replace(place, pk, token, box.rotate(token.encode()).decode()):
                tally.sealed_again += 1
            else:
                tally.changed_meanwhile += 1
    return done


def removable(found: dict[Place, Tally]) -> list[int]:
    """The keys after the first that open nothing any more, by their place in CREDENTIAL_KEYS."""
    used = {index for tally in found.values() for index in tally.keys}
    return [index for index in range(1, len(settings.CREDENTIAL_KEYS)) if index not in used]


def opened_by(token: str) -> int:
    """The place of the key that opens it, UNREADABLE when none does."""
    for index, key in enumerate(settings.CREDENTIAL_KEYS):
        try:
            Fernet(key).decrypt(token.encode())
        except InvalidToken:
            continue
        return index
    return UNREADABLE


def _look(place: Place) -> Tally:
    return Tally(keys=Counter(opened_by(token) for _, token in _tokens(place)))


def _tokens(place: Place) -> Iterator[tuple[int, str]]:
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                f'SELECT id, {place.read} FROM "{place.table}" WHERE id > %s'  # noqa: S608
                f" AND {place.read} LIKE %s ORDER BY id LIMIT %s",
                [last, f"{SEALED}%", BATCH],
            )
            rows = cursor.fetchall()
        yield from rows
        if len(rows) < BATCH:
            return
        last = rows[-1][0]


def _replace(place: Place, pk: int, old: str, new: str) -> bool:
    if place.inside:
        change = f'"{place.column}" = jsonb_set("{place.column}", \'{{{place.inside}}}\', to_jsonb(%s::text))'  # noqa: E501
    else:
        change = f'"{place.column}" = %s'
    with connection.cursor() as cursor:
        cursor.execute(
            f'UPDATE "{place.table}" SET {change} WHERE id = %s AND {place.read} = %s',  # noqa: S608
            [new, pk, old],
        )
        return cursor.rowcount == 1
