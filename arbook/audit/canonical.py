"""What a seal covers, in a form that anybody can compute again from an export.

An entry is written as JSON (RFC 8259): keys sorted by code point, no spaces, everything beyond
ASCII as ``\\uXXXX``, in UTF-8:

    {"at":"2026-11-20T15:00:00.000000Z","by":7,"cause":null,"company":3,"data":{...},"entry":41,
     "said":"...","salt":"6f9619ff-8b86-4011-b42d-00c04fc964ff","verb":"promise.made"}

``at`` is UTC with six digits. A number inside ``data`` that is not whole is written as a string: a
NUL character (which no stored string can hold) and its digits as PostgreSQL prints them. A redacted
entry has ``null`` for its salt.

    digest = SHA-256 of that
    about  = SHA-256 of {"entry":41,"mentions":[["customers.customer",12],["invoices.invoice",9]]},
             mentions sorted
    hash   = SHA-256 of the previous seal's hash (32 zero bytes before the first), digest and about
"""

import json
from hashlib import sha256

START = bytes(32)

# The columns of one entry as ``content`` and ``about`` read them, in SQL.
COLUMNS = """
    e.id, e.company_id, e.verb, e.said,
    to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    e.by_id, e.cause_id, e.data::text, e.salt::text,
    (SELECT json_agg(json_build_array(m.subject_type, m.subject_id))::text
     FROM audit_mention m WHERE m.entry_id = e.id)
"""

_written = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


def _fraction(digits: str) -> str:
    return f"\0{digits}"


read = json.JSONDecoder(parse_float=_fraction).decode


def content(row: tuple) -> str:
    """The canonical text of one entry, from a row of ``COLUMNS``."""
    return _written(
        {
            "entry": row[0],
            "company": row[1],
            "verb": row[2],
            "said": row[3],
            "at": row[4],
            "by": row[5],
            "cause": row[6],
            "data": read(row[7]),
            "salt": row[8],
        }
    )


def digest(row: tuple) -> bytes:
    """What the seal keeps of the entry's content; nothing legible has none."""
    try:
        return sha256(content(row).encode()).digest()
    except ValueError:
        # An integer of thousands of digits: arbook cannot have written it.
        return b""


def mentions(row: tuple) -> list:
    """What the entry is about, sorted: label and key of each row."""
    return sorted(read(row[9])) if row[9] else []


def about(row: tuple, mentioned: list) -> bytes:
    """What the seal keeps of the entry's mentions."""
    return sha256(_written({"entry": row[0], "mentions": mentioned}).encode()).digest()


def link(previous: bytes, digest: bytes, about: bytes) -> bytes:
    """The hash of a seal, from the hash before it."""
    return sha256(previous + digest + about).digest()
