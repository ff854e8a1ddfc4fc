"""Forms filled by nobody sane, files nobody asked for: every answer is one we meant to give.

Each request is drawn from a seed: a place, some of its fields, values of every wrong kind, and one
of the shapes a browser, a script or an attacker may send it in.
"""

import random
from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from arbook.companies.models import Role
from tests.house.lived_in import lived_in
from tests.house.places import places
from tests.house.test_tenants import NAMES
from tests.webhooks.mangled import STRINGS, VALUES, nested

pytestmark = pytest.mark.django_db
COUNT = 500
PLAUSIBLE = ["1", "2026-12-01", "10.00", "on", "sms", "email", "en", "yes", "other", "+18605550100"]
# Answers we mean: done, moved, not readable, not allowed, not here, not this method, too large,
# refused with the form, too often.
MEANT = {200, 204, 301, 302, 400, 403, 404, 405, 409, 413, 415, 422, 429}


@pytest.fixture
def here():
    return lived_in("here")


@pytest.fixture
def owner(here):
    client = Client(raise_request_exception=False)
    client.force_login(here.people[Role.OWNER])
    return client


def test_hundreds_of_mad_requests_are_all_answered_on_purpose(here, owner):
    chance = random.Random(385)
    everywhere = [
        place
        for place in places()
        # Two that take no input and wait for a vendor, which is not here.
        if not place.route.endswith(("connections/sync/", "quickbooks/start/"))
    ]
    told, wrong = Counter(), {}
    for number in range(COUNT):
        place = everywhere[number % len(everywhere)]
        path = _path(place, here.values, chance)
        answer = _send(owner, path, chance)
        told[answer.status_code] += 1
        if answer.status_code not in MEANT:
            wrong[f"{place.route} ({number})"] = answer.status_code
        elif not answer.streaming:
            text = answer.content.decode("utf-8", "replace")
            if "Traceback (most recent" in text or "<script>alert(1)" in text:
                wrong[f"{place.route} ({number})"] = "leaks"

    assert wrong == {}
    assert told.total() == COUNT
    assert told[200] + told[302] + told[204] + told[422] > COUNT / 4, "most requests get in"


def _path(place, values: dict, chance: random.Random) -> str:
    given = dict(values)
    for name in place.numbers:
        if chance.random() < 0.2:
            given[name] = chance.choice([0, -1, 2**31, 2**63, 2**70, "%00", "1e9", "١"])
    return place.path(given)


def _send(client: Client, path: str, chance: random.Random):
    fields = {
        name: _value(chance) for name in chance.sample(NAMES, chance.randint(1, len(NAMES) // 2))
    }
    shape = chance.random()
    if shape < 0.2:
        return client.get(path, fields)
    if shape < 0.55:
        return client.post(path, fields, headers={"HX-Request": "true"})
    if shape < 0.75:
        return client.post(path, fields | {"file": _file(chance), "csv": _file(chance)})
    if shape < 0.9:
        kind = chance.choice(
            [
                "application/json",
                "multipart/form-data",
                "multipart/form-data; boundary=x",
                "multipart/form-data; boundary=\x00",
                "application/x-www-form-urlencoded; charset=utf-16",
                "application/x-www-form-urlencoded; charset=nonsense",
                "text/xml",
                "",
            ]
        )
        return client.generic("POST", path, _raw(chance), content_type=kind)
    return client.generic(chance.choice(["PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]), path)


def _value(chance: random.Random):
    drawn = chance.random()
    if drawn < 0.4:
        return chance.choice(PLAUSIBLE)
    if drawn < 0.8:
        # What a client could put on the wire at all.
        return chance.choice(STRINGS).encode("utf-8", "replace").decode()
    return [str(chance.choice(VALUES)) for _ in range(chance.randint(1, 4))]


def _file(chance: random.Random) -> SimpleUploadedFile:
    content = chance.choice(
        [
            b"", b"\x00" * 5000, b"PK\x03\x04" + b"\xff" * 300, b"=cmd|' /C calc'!A0,1\n" * 50,
            "Customer,Amount\nMüller,12,5\n".encode("utf-16"), b"a,b\n" + b'"' * 20_000,
            b"%PDF-1.7 " + b"x" * 2000, nested(50_000),
        ]
    )  # fmt: skip
    name = chance.choice(["a.csv", "a.xlsx", "../../etc/passwd", "x" * 300, "\u202eexe.csv"])
    return SimpleUploadedFile(name, content, content_type=chance.choice(["text/csv", "image/png"]))


def _raw(chance: random.Random) -> bytes:
    return chance.choice(
        [
            b"", b"--x\r\n", b"--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1",
            b"a=%ff%fe&b=%00&c=%u1234", b"&" * 3000, b"a=1&" * 2000, nested(3000),
            "reason=ä".encode("utf-16"), b"\xff" * 4000,
        ]
    )  # fmt: skip


def test_ten_megabytes_in_a_form_are_refused(here, owner):
    path = f"/c/{here.values['company_slug']}/setup/settings/"

    answer = owner.post(path, {"name": "x" * (10 * 1024 * 1024)})

    assert answer.status_code in (400, 413)


@pytest.mark.parametrize("number", ["²", "９" * 5000, "9" * 5000, "9" * 30])
def test_a_digit_that_is_no_number_and_a_number_beyond_all_bounds_name_nothing(here, owner, number):
    start = f"/c/{here.company.slug}/"
    mark = f"2026-11-20T00:00:00+00:00_{number}"
    answers = [
        owner.get(f"{start}messages/", {"message": number}),
        owner.get(f"{start}messages/", {"message": "x", "after": number}),
        owner.get(f"{start}messages/inbox/", {"page": number}),
        owner.get(f"{start}invoices/tasks/", {"owner": number}),
        owner.get(f"{start}system/events/", {"before": mark}),
    ]

    assert {answer.status_code for answer in answers} <= {200, 404}
