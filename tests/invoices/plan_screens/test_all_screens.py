"""Of every screen of the plan: what it costs to look, and that strangers find nothing."""

import pytest

from arbook import clock
from arbook.companies.models import Role
from invoices import cadence, escalations, tasks
from invoices.models import Task
from tests import factories
from tests.invoices.plan_screens.screens import issued, the_standard, url

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "name",
    ["approvals", "approvals_history", "cadences", "tasks"],
)
def test_a_list_costs_the_same_few_statements_however_long(
    company, today, sign_in, django_assert_max_num_queries, name
):
    for number in range(12):
        one = factories.customer(company)
        issued(one, 40, today)
        tasks.open_task(
            company, kind=Task.Kind.CALL, key=f"call:{number}", title="Call", customer=one,
            now=clock.now(),
        )  # fmt: skip
    cadence.plan(company, now=clock.now())
    escalations.take_due(company, now=clock.now())
    client = sign_in()

    with django_assert_max_num_queries(45):
        assert client.get(url(company, name)).status_code == 200


def test_strangers_find_nothing(company, review, task, client):
    client.force_login(factories.member(factories.company(), Role.OWNER))

    for name, args in [
        ("approvals", []), ("approval", [review.pk]), ("cadences", []), ("tasks", []),
        ("task", [task.pk]), ("cadence", [the_standard(company).pk]),
    ]:  # fmt: skip
        assert client.get(url(company, name, *args)).status_code == 404
