"""One row is tried again or given up, by whoever may."""

import pytest

from arbook.audit.models import Entry
from arbook.companies.models import Role
from tests import factories
from tests.system.screens.rows import SYSTEM, cause, dead, effects, text_of

pytestmark = pytest.mark.django_db


def test_a_bookkeeper_tries_one_again_and_a_viewer_does_not(client, company):
    (event,) = dead(company, 1)
    client.force_login(factories.member(company, Role.VIEWER))
    assert client.post(f"{SYSTEM}events/{event.pk}/replay/").status_code == 403

    client.force_login(factories.member(company, Role.BOOKKEEPER))
    page = client.post(f"{SYSTEM}events/{event.pk}/replay/", follow=True)

    event.refresh_from_db()
    assert event.state == "received"
    assert "It is in line." in text_of(page) or "Nothing was foretold" in text_of(page)
    again = client.post(f"{SYSTEM}events/{event.pk}/replay/", follow=True)
    assert "in line already" in text_of(again)


def test_a_manager_gives_one_up_with_a_reason(client, company, manager):
    effect = effects(company, 1, state="dead", failure="refused", error="no such address")[0]
    address = f"{SYSTEM}effects/{effect.pk}/give-up/"

    page = client.post(address, {"reason": " "}, follow=True)
    assert "Giving up needs a reason." in text_of(page)
    client.post(address, {"reason": "They closed shop"})

    effect.refresh_from_db()
    assert effect.state == "cancelled"
    assert Entry.objects.about(effect).get().by == manager


def test_a_bookkeeper_does_no_bulk_and_runs_no_job(client, company):
    dead(company, 1)
    client.force_login(factories.member(company, Role.BOOKKEEPER))
    address = cause(client)

    assert client.post(f"{address}act/", {"which": "all"}).status_code == 403
    assert client.post(f"{SYSTEM}workers/run/", {"job": "sync the books"}).status_code == 403
