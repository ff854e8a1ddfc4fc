"""Tasks are listed, finished and put off."""

from datetime import timedelta

import pytest

from arbook.companies.models import Role
from tests.invoices.plan_screens.screens import url

pytestmark = pytest.mark.django_db


def test_the_list_filters_by_kind_owner_and_state(company, task, sign_in):
    client = sign_in(Role.BOOKKEEPER)
    place = url(company, "tasks")

    def shown(**query):
        return "Call about N40" in client.get(place, query).content.decode()

    assert shown() and shown(kind="call") and shown(owner="none") and shown(show="all")
    assert not shown(kind="refund") and not shown(owner="me") and not shown(show="done")
    # No number of anybody, so no filter at all.
    assert shown(kind="nonsense", owner="99999999999999999999999")
    client.post(url(company, "task_mine", task.pk))
    assert shown(owner="me")


def test_a_task_is_finished_with_an_outcome(company, task, sign_in):
    client = sign_in(Role.BOOKKEEPER)

    assert client.post(url(company, "task_finish", task.pk), {"outcome": ""}).status_code == 422
    client.post(url(company, "task_finish", task.pk), {"outcome": "Left word"})

    task.refresh_from_db()
    assert task.outcome == "Left word"
    assert "Left word" in client.get(url(company, "task", task.pk)).content.decode()


def test_a_task_is_put_off_to_a_day_that_lies_ahead(company, task, today, sign_in):
    client = sign_in(Role.BOOKKEEPER)
    place = url(company, "task_snooze", task.pk)

    assert client.post(place, {"until": "x"}).status_code == 422
    assert client.post(place, {"until": today.isoformat()}).status_code == 422
    assert client.post(place, {"until": str(today + timedelta(days=2))}).status_code == 302


def test_a_viewer_reads_tasks_and_does_nothing(company, task, sign_in):
    client = sign_in(Role.VIEWER)

    assert client.get(url(company, "task", task.pk)).status_code == 200
    for name in ("task_finish", "task_snooze", "task_mine"):
        assert client.post(url(company, name, task.pk)).status_code == 403
