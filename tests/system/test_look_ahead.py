"""Looking ahead in the browser's terms: the preview, the replay, what came beside what was told."""

import pytest
from django.utils.html import strip_tags

from arbook import clock
from arbook.companies.models import Role
from arbook.sandbox import clock as movable
from arbook.setup.work import until_quiet
from arbook.system.models import Replay
from arbook.system.views.logs import LOOKS
from arbook.web import limits
from arbook.webhooks.models import WebhookEvent
from arbook.webhooks.store import Arrival, keep
from invoices.models import Invoice
from tests import factories
from tests.desk import MORNING, Desk
from tests.system.standing import fingerprint

pytestmark = pytest.mark.django_db(transaction=True)
# Who signed in last and where they are is written by being there at all.
VISITS = {"companies_user", "django_session", "usersessions_usersession", "web_remembered"}


@pytest.fixture
def desk(sandbox, client):
    movable.move_to(MORNING)
    sandbox.delivery.hold()
    desk = Desk(sandbox)
    desk.ids = desk.owes("Blue Door Cafe", "162.07")
    desk.sync()
    client.force_login(factories.member(desk.company, Role.BOOKKEEPER))
    return desk


@pytest.fixture
def event(desk):
    desk.books.void("Invoice", desk.ids[0])
    content = {"entity": "invoice", "id": desk.ids[0], "verb": "voided", "at": "", "raw": {}}
    keep(
        [Arrival("quickbooks", "q-1", "invoice.voided", desk.company.pk, content)], now=clock.now()
    )
    WebhookEvent.objects.update(state="dead", attempts=8, failure="bug", error="KeyError: 'id'")
    return WebhookEvent.objects.get()


def _text(page) -> str:
    return " ".join(strip_tags(page.content.decode()).split())


def _standing() -> dict:
    return {name: mark for name, mark in fingerprint().items() if name not in VISITS}


def _address(desk, event, act: str = "") -> str:
    return f"/c/{desk.company.slug}/system/events/{event.pk}/{act}"


def test_the_preview_tells_in_words_and_leaves_nothing(client, desk, event):
    client.get(_address(desk, event))
    before = _standing()

    page = client.get(_address(desk, event, "preview/"), headers={"HX-Request": "true"})

    assert _standing() == before
    text = _text(page)
    assert "<html" not in page.content.decode()
    assert "nothing is written, nothing has left" in text
    assert "Balance$162.07 → $0.00" in text.replace("Balance ", "Balance"), text
    assert "Would stand in the record" in text


def test_after_the_replay_what_came_stands_beside_what_was_told(client, desk, event):
    seal = client.get(_address(desk, event, "preview/")).context["seal"]

    client.post(_address(desk, event, "replay/"), {"foretold": seal})
    assert "It is in line." in _text(client.get(_address(desk, event)))
    until_quiet()

    page = client.get(_address(desk, event))
    assert page.context["held"].is_equal, page.context["held"]
    assert "What happened is what was foretold." in _text(page)
    assert Invoice.objects.get().is_void


def test_what_came_otherwise_is_said_to_have(client, desk, event):
    seal = client.get(_address(desk, event, "preview/")).context["seal"]
    client.post(_address(desk, event, "replay/"), {"foretold": seal})
    until_quiet()
    Invoice.objects.update(balance=5)

    page = client.get(_address(desk, event))

    assert not page.context["held"].is_equal
    assert "Not everything came as foretold" in _text(page)


def test_a_preview_of_another_row_or_a_forged_one_counts_for_nothing(client, desk, event):
    client.post(_address(desk, event, "replay/"), {"foretold": "forged"})

    assert Replay.objects.get().foretold == {}
    assert client.get(_address(desk, event)).status_code == 200


def test_a_viewer_does_not_look_ahead_which_asks_vendors(client, desk, event):
    client.force_login(factories.member(desk.company, Role.VIEWER))

    assert "preview/" not in client.get(_address(desk, event)).content.decode()
    assert client.get(_address(desk, event, "preview/")).status_code == 403


def test_a_person_looks_ahead_so_often_in_a_minute(client, desk, event, monkeypatch):
    monkeypatch.setattr(limits, "time", lambda: 1_800_000_000.0)
    for _ in range(LOOKS.count):
        limits.count("preview", client.session["_auth_user_id"], LOOKS)

    answer = client.get(_address(desk, event, "preview/"))

    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    client.force_login(factories.member(desk.company, Role.BOOKKEEPER))
    assert client.get(_address(desk, event, "preview/")).status_code == 200
