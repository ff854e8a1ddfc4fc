"""Cadences are read by all and edited by managers; what makes no sense comes back."""

import pytest

from arbook import clock
from arbook.companies.models import Role
from invoices import cadence, cadence_versions
from invoices.models import Cadence
from tests.invoices.plan_screens.screens import form_of, issued, the_standard, url

pytestmark = pytest.mark.django_db


def test_everybody_reads_cadences_and_only_managers_edit_them(company, sign_in):
    row = the_standard(company)
    client = sign_in(Role.VIEWER)

    assert client.get(url(company, "cadences")).status_code == 200
    assert client.get(url(company, "cadence", row.pk)).status_code == 200
    assert client.get(url(company, "cadence_edit", row.pk)).status_code == 403
    assert sign_in(Role.BOOKKEEPER).post(url(company, "cadence_edit", row.pk)).status_code == 403


def test_a_saved_change_is_a_new_version_that_plans_at_once(company, customer, today, sign_in):
    invoice = issued(customer, 8, today)
    cadence.plan(company, now=clock.now())
    row = the_standard(company)

    answer = sign_in().post(
        url(company, "cadence_edit", row.pk), form_of(row, **{"form-1-day": "10"})
    )

    fresh = the_standard(company)
    assert (answer.status_code, fresh.version, fresh.changed_by is None) == (302, 2, False)
    assert fresh.change == "E-mail T+7: day 7 from issue date to day 10 from issue date"
    assert fresh.steps.get(key="second-mail").day == 10
    assert invoice.reminders.planned().get().step_key == "first-mail"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"form-1-day": "soon"}, "whole number of days"),
        ({"form-1-day": "999"}, "At most 365 days"),
        ({"form-1-day": ""}, "required"),
        ({"form-1-template": ""}, "Choose the text"),
        ({"form-1-action": "pigeon"}, "Select a valid choice"),
        ({"form-1-min_balance": "-5"}, "greater than or equal to 0"),
        ({"form-1-action": "escalate"}, "at most one step"),
        ({"form-5-day": "20"}, "must come after the manager review"),
        ({"form-TOTAL_FORMS": "nonsense"}, "arrived incomplete"),
        ({}, "Nothing was changed"),
    ],
)
def test_a_change_that_makes_no_sense_comes_back_with_a_clear_word(
    company, sign_in, changes, words
):
    row = the_standard(company)

    answer = sign_in().post(url(company, "cadence_edit", row.pk), form_of(row, **changes))

    assert answer.status_code == 422
    assert words.lower() in answer.content.decode().lower()
    assert the_standard(company).version == 1


def test_two_managers_cannot_save_over_each_other(company, sign_in):
    row = the_standard(company)
    stale = form_of(row, **{"form-1-day": "9"})
    client = sign_in()
    client.post(url(company, "cadence_edit", row.pk), form_of(row, **{"form-1-day": "10"}))

    answer = client.post(url(company, "cadence_edit", row.pk), stale)

    assert "Somebody saved a newer version" in answer.content.decode()
    assert the_standard(company).version == 2


def test_a_step_is_added_and_removed_without_scripts(company, sign_in):
    row = the_standard(company)
    client = sign_in()

    wider = client.post(url(company, "cadence_edit", row.pk), form_of(row, act="add"))
    assert 'name="form-6-day"' in wider.content.decode()
    added = {
        "form-TOTAL_FORMS": "7", "form-6-day": "26", "form-6-anchor": "issue",
        "form-6-action": "email", "form-6-template": "firm", "form-6-approval": "review",
        "form-0-DELETE": "on",
    }  # fmt: skip
    client.post(url(company, "cadence_edit", row.pk), form_of(row, **added))

    fresh = the_standard(company)
    assert [step.key for step in fresh.steps.all()] == [
        "second-mail", "first-text", "second-text", "email-26", "review", "letter",
    ]  # fmt: skip
    assert "E-mail T+26 added" in fresh.change
    assert "E-mail T+0 removed" in fresh.change


def test_the_preview_counts_and_saves_nothing(company, customer, today, sign_in):
    for days in (8, 9, 15):
        issued(customer, days, today)
    row = the_standard(company)

    page = sign_in().post(
        url(company, "cadence_edit", row.pk), form_of(row, act="preview", **{"form-1-day": "9"})
    )

    assert "What would change" in page.content.decode()
    assert the_standard(company).version == 1
    after = cadence_versions.standings(
        company,
        row,
        now=clock.now(),
        steps=[
            step
            if step.key != "second-mail"
            else cadence_versions.StepDraft(
                **{name: getattr(step, name) for name in cadence.STEP_FIELDS} | {"day": 9}
            )
            for step in cadence_versions.drafts_of(row)
        ],
    )
    assert {key: one.invoices for key, one in after.items()} == {
        "first-mail": 1, "second-mail": 1, "first-text": 1,
    }  # fmt: skip


def test_another_cadence_becomes_the_default(company, customer, today, sign_in):
    invoice = issued(customer, 20, today)
    other = Cadence.objects.of(company).current().get(name="Enterprise")

    sign_in().post(url(company, "cadence_default", other.pk))

    assert the_standard(company).name == "Enterprise"
    assert invoice.reminders.planned().get().step.cadence == other


def test_a_customer_gets_a_cadence_of_their_own_and_the_default_again(
    company, customer, today, sign_in
):
    invoice = issued(customer, 20, today)
    client = sign_in(Role.BOOKKEEPER)
    place = url(company, "cadence_of_customer", customer.pk)

    assert client.post(place, {"name": "Gone"}).status_code == 422
    client.post(place, {"name": "Enterprise"})
    assert invoice.reminders.planned().get().step.cadence.name == "Enterprise"
    client.post(place, {"name": ""})
    assert invoice.reminders.planned().get().step.cadence.name == "Standard"
    assert sign_in(Role.VIEWER).post(place, {"name": ""}).status_code == 403
