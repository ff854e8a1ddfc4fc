"""Bodies that no vendor should send, made from those they do send; the same ones for a seed."""

import copy
import json
import random
from collections.abc import Iterator
from urllib.parse import urlencode

REALM = "310687"

CLOUD = {
    "specversion": "1.0",
    "id": "e-1",
    "type": "qbo.invoice.updated.v1",
    "time": "2026-11-20T15:01:02.179Z",
    "intuitentityid": "130",
    "intuitaccountid": REALM,
    "data": {},
}
LEGACY = {
    "eventNotifications": [
        {
            "realmId": REALM,
            "dataChangeEvent": {
                "entities": [
                    {
                        "name": "Invoice",
                        "id": "130",
                        "operation": "Update",
                        "lastUpdated": "2026-11-20T15:01:02Z",
                    }
                ]
            },
        }
    ]
}
INTENT = {
    "id": "evt_1",
    "object": "event",
    "type": "payment_intent.succeeded",
    "created": 1790000000,
    "data": {
        "object": {
            "id": "pi_1",
            "object": "payment_intent",
            "amount": 12000,
            "amount_received": 12000,
            "currency": "usd",
            "status": "succeeded",
            "metadata": {"arbook_attempt": "1"},
            "latest_charge": "ch_1",
        }
    },
}
TEXT = {
    "MessageSid": "SM1",
    "SmsStatus": "received",
    "From": "+18605550100",
    "To": "+18605550199",
    "Body": "Paid yesterday",
    "NumMedia": "0",
}
STATUS = {"MessageSid": "SM1", "MessageStatus": "delivered", "ErrorCode": "30003"}

STRINGS = [
    "", " ", "\x00", "a\x00b", "\ud800", "\udfff\ud800", "\u202e\u0000", "x" * 70_000, "é" * 300,
    "'; DROP TABLE webhooks_webhookevent; --", "{{ 7*7 }}", "<script>alert(1)</script>",
    "2026-02-31T99:99:99Z", "NaN", "-1", "1e400", "../../etc/passwd", "%00%ff",
    "\r\nSet-Cookie: a=b",
]  # fmt: skip
VALUES = [
    None, True, False, 0, -1, 2**63, 2**64 + 1, -(2**70), 10**400, 1e308, -0.0,
    float("inf"), float("nan"), [], {}, [[]], [None] * 300, {"": None}, {"id": {"id": []}},
]  # fmt: skip


def nested(depth: int, of: str = "[") -> bytes:
    """So many brackets within each other."""
    if of == "[":
        return b"[" * depth + b"]" * depth
    return b'{"a":' * depth + b"1" + b"}" * depth


def json_bodies(sample: dict | list, *, count: int, seed: int) -> Iterator[bytes]:
    """Broken variants of one JSON body."""
    chance = random.Random(seed)
    for number in range(count):
        yield _mangled(sample, chance, number)


def forms(sample: dict, *, count: int, seed: int) -> Iterator[tuple[bytes, list | None]]:
    """Broken form posts: the body, and the fields in it where it is a proper form."""
    chance = random.Random(seed)
    for number in range(count):
        if number % 5 == 4:
            yield _bytes(urlencode(sample).encode(), chance), None
            continue
        fields = list(sample.items())
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(fields))
            name = chance.choice([fields[at][0], chance.choice(STRINGS)[:200]])
            fields[at] = (name, str(_anything(chance)))
        if chance.random() < 0.3:
            fields.append(chance.choice(fields))
        if chance.random() < 0.2:
            fields.pop(chance.randrange(len(fields)))
        kept = [tuple(part.encode("utf-8", "replace").decode() for part in pair) for pair in fields]
        yield urlencode(kept).encode(), kept


def _mangled(sample, chance: random.Random, number: int) -> bytes:
    kind = number % 10
    if kind == 8:
        return _bytes(json.dumps(sample).encode(), chance)
    if kind == 9:
        return chance.choice(
            [
                nested(chance.choice([50, 400, 900, 1100, 100_000])),
                nested(chance.choice([50, 400, 900, 1100, 100_000]), "{"),
                b"\xff\xfe" + json.dumps(sample).encode("utf-16-le"),
                b"\xef\xbb\xbf" + json.dumps(sample).encode(),
                json.dumps(sample).encode("utf-32"),
                json.dumps(chance.choice(VALUES)).encode(),
                json.dumps(chance.choice(STRINGS)).encode(),
                b"9" * chance.choice([300, 5000, 200_000]),
                b"",
                b"null",
                b"<html><body>502 Bad Gateway</body></html>",
            ]
        )
    body = json.loads(json.dumps(sample))
    for _ in range(chance.randint(1, 3)):
        _hurt(body, chance)
    raw = json.dumps(body, ensure_ascii=chance.random() < 0.7).encode("utf-8", "surrogatepass")
    if chance.random() < 0.1:
        raw = raw.replace(b'"id"', b'"id": 1, "id"', 1)
    return raw


def _hurt(body, chance: random.Random) -> None:
    """Change one thing somewhere in it."""
    holder, keys = body, []
    while isinstance(holder, dict | list) and holder:
        keys = list(holder) if isinstance(holder, dict) else list(range(len(holder)))
        key = chance.choice(keys)
        if not isinstance(holder[key], dict | list) or not holder[key] or chance.random() < 0.3:
            break
        holder = holder[key]
    if not isinstance(holder, dict | list) or not holder:
        return
    if isinstance(holder, dict) and chance.random() < 0.2:
        del holder[key]
    else:
        holder[key] = _anything(chance)


def _anything(chance: random.Random):
    # A copy: it may be hurt in its turn.
    return copy.deepcopy(chance.choice(STRINGS if chance.random() < 0.5 else VALUES))


def _bytes(body: bytes, chance: random.Random) -> bytes:
    hurt = bytearray(body)
    for _ in range(chance.randint(1, 8)):
        act = chance.random()
        at = chance.randrange(len(hurt)) if hurt else 0
        if act < 0.4 and hurt:
            hurt[at] = chance.randrange(256)
        elif act < 0.7:
            hurt[at:at] = bytes(chance.randrange(256) for _ in range(chance.randint(1, 20)))
        else:
            del hurt[at : at + chance.randint(1, 40)]
    return bytes(hurt)


def letters(sample: bytes, *, count: int, seed: int) -> Iterator[bytes]:
    """Broken variants of one raw mail."""
    chance = random.Random(seed)
    heads = [
        b"Content-Type: text/plain; charset=nonsense", b"Content-Type: multipart/mixed",
        b"Content-Type: multipart/mixed; boundary=x", b"Content-Transfer-Encoding: base64",
        b"Subject: =?utf-8?B?////?=", b"From: \xff\xfe <>", b"Date: 31 Feb 99999 99:99:99 +9999",
        b"In-Reply-To: " + b"<" * 2000, b"Content-Type: \x00", b"To: " + b"a@b.example, " * 500,
    ]  # fmt: skip
    for number in range(count):
        letter = sample
        if number % 2:
            letter = b"\r\n".join(chance.sample(heads, 3)) + b"\r\n" + letter
        yield _bytes(letter, chance) if chance.random() < 0.7 else letter
