"""Credentials at rest: one field type whose column never holds the clear text.

Keys come from ``settings.CREDENTIAL_KEYS``, newest first: new values are written with the first,
old ones are still read with the others until they are saved again.
"""

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models


class CannotDecrypt(Exception):
    """No configured key opens the value: CREDENTIAL_KEYS lost the key it was written with."""


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])


def seal(text: str) -> str:
    """The text encrypted with the newest key."""
    return _box().encrypt(text.encode()).decode()


def unseal(token: str) -> str:
    """The clear text; raises CannotDecrypt when no key fits."""
    try:
        return _box().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise CannotDecrypt("No key in CREDENTIAL_KEYS opens this value.") from error


class EncryptedJSONField(models.TextField):
    """A dict that is JSON in Python's hands and a Fernet token in the database."""

    def from_db_value(self, value, expression, connection):
        return {} if not value else json.loads(unseal(value))

    def get_prep_value(self, value):
        return seal(json.dumps(value or {}))

    def to_python(self, value):
        if isinstance(value, dict):
            return value
        return json.loads(value) if value else {}

    def value_to_string(self, obj):
        # Fixtures must not carry secrets.
        return "{}"
