"""The screens of the plan: who may see and act, and what bad input gets."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from arbook import clock
from arbook.companies.models import Company, Role
from invoices import cadence, cadence_versions, escalations, tasks
from invoices.models import Approval, Cadence, Dispute, Hold, PromiseToPay, Reminder, Task
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    row = factories.company(mode=Company.Mode.REVIEW)
    cadence.ensure_default(row, now=clock.now())
    return row


@pytest.fixture
def today(company):
    return company.local_date(clock.now())


@pytest.fixture
def customer(company):
    return factories.customer(company, name="Birch Café")


def issued(customer, days_ago, today, balance="100.00"):
    day = today - timedelta(days=days_ago)
    return factories.invoice(
        customer, balance, issued_on=day, due_on=day + timedelta(days=10), number=f"N{days_ago}"
    )


@pytest.fixture
def sign_in(client, company):
    def make(role=Role.MANAGER):
        client.force_login(factories.member(company, role))
        return client

    return make


def url(company, name, *args):
    return reverse(f"invoices:{name}", args=[company.slug, *args])


@pytest.fixture
def review(company, customer, today):
    issued(customer, 40, today)
    cadence.plan(company, now=clock.now())
    escalations.take_due(company, now=clock.now())
    return Approval.objects.get()


def the_standard(company):
    return Cadence.objects.of(company).current().get(is_default=True)


def form_of(row, **changes):
    """The editing form as a browser would post it."""
    steps = list(row.steps.all())
    data = {"form-TOTAL_FORMS": len(steps), "form-INITIAL_FORMS": len(steps), "act": "save"}
    for number, step in enumerate(steps):
        for name in cadence.STEP_FIELDS:
            value = getattr(step, name)
            if value is not False:
                data[f"form-{number}-{name}"] = "on" if value is True else str(value)
    return {**data, **changes}


# --- Approvals -----------------------------------------------------------------------------------


def test_the_queue_shows_what_waits_and_who_decides(company, review, sign_in):
    page = sign_in(Role.VIEWER).get(url(company, "approvals")).content.decode()

    assert "Review of Birch Café" in page
    assert "$100.00" in page
    assert "Decide" not in page
    assert "Decide" in sign_in(Role.MANAGER).get(url(company, "approvals")).content.decode()


def test_a_manager_decides_on_the_page_of_the_question(company, review, sign_in):
    client = sign_in()
    assert client.get(url(company, "approval", review.pk)).status_code == 200

    answer = client.post(
        url(company, "approval_decide", review.pk),
        {"choice": "resume", "content_hash": review.content_hash},
    )

    review.refresh_from_db()
    assert (answer.status_code, review.state) == (302, Approval.State.APPROVED)


def test_a_page_that_is_out_of_date_decides_nothing(company, review, sign_in):
    answer = sign_in().post(
        url(company, "approval_decide", review.pk),
        {"choice": "resume", "content_hash": "0" * 64},
        follow=True,
    )

    review.refresh_from_db()
    assert review.state == Approval.State.WAITING
    assert "changed after you opened it" in answer.content.decode()


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"choice": "reject"}, "Say why"),
        ({"choice": "nonsense"}, "Select a valid choice"),
        ({"choice": "quiet", "until": "soon"}, "Write a day like"),
        ({}, "required"),
    ],
)
def test_a_decision_that_makes_no_sense_comes_back_with_a_clear_word(
    company, review, sign_in, data, words
):
    answer = sign_in().post(
        url(company, "approval_decide", review.pk), {"content_hash": review.content_hash} | data
    )

    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_a_bookkeeper_sees_the_question_but_cannot_decide(company, review, sign_in):
    client = sign_in(Role.BOOKKEEPER)

    page = client.get(url(company, "approval", review.pk)).content.decode()
    client.post(
        url(company, "approval_decide", review.pk),
        {"choice": "resume", "content_hash": review.content_hash},
    )

    review.refresh_from_db()
    assert "Only a manager decides this" in page
    assert review.state == Approval.State.WAITING


def test_the_letter_is_shown_and_printed_as_it_waits(company, customer, today, sign_in):
    invoice = issued(customer, 75, today, "1250.50")
    now = clock.now()
    cadence.plan(company, now=now)
    cadence.settle(
        invoice.reminders.values_list("pk", flat=True), state=Reminder.State.SENT, now=now
    )
    escalations.take_due(company, now=now)
    approval = Approval.objects.get(kind=Approval.Kind.LETTER)
    client = sign_in()

    page = client.get(url(company, "approval", approval.pk)).content.decode()
    paper = client.get(url(company, "letter_pdf", approval.pk))

    assert "$1,250.50" in page
    # There is no address to mail it to, so only paper is offered.
    assert "send the letter by e-mail" not in page
    assert paper["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-")


def test_what_was_decided_stands_in_the_history(company, review, sign_in):
    client = sign_in()
    client.post(
        url(company, "approval_decide", review.pk),
        {"choice": "reject", "note": "We met them", "content_hash": review.content_hash},
    )

    page = client.get(url(company, "approvals_history")).content.decode()

    assert "We met them" in page
    assert "Rejected" in page


# --- Cadences ------------------------------------------------------------------------------------


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


# --- Tasks ---------------------------------------------------------------------------------------


@pytest.fixture
def task(company, customer):
    return tasks.open_task(
        company, kind=Task.Kind.CALL, key="call:1", title="Call about N40", customer=customer,
        amount=Decimal("100"), now=clock.now(),
    )  # fmt: skip


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


# --- Pauses, promises, disputes ------------------------------------------------------------------


def test_an_invoice_is_paused_promised_and_disputed_by_forms(company, customer, today, sign_in):
    invoice = issued(customer, 20, today, "500.00")
    client = sign_in(Role.BOOKKEEPER)

    def post(name, **data):
        return client.post(url(company, name, invoice.pk), data)

    assert post("invoice_pause", note="Asked by phone").status_code == 302
    assert post("promise_new", amount="200", due_on=str(today + timedelta(7))).status_code == 302
    assert post("dispute_new", amount="180", reason="Wrong hours").status_code == 302
    assert post("promise_new", amount="9999", due_on=str(today)).status_code == 422
    assert post("promise_new", amount="NaN", due_on="yesterday").status_code == 422
    assert post("dispute_new", amount="1", reason="").status_code == 422

    assert {hold.reason for hold in Hold.objects.all()} == {"person", "promise"}
    assert PromiseToPay.objects.get().amount == Decimal("200")
    dispute = Dispute.objects.get()
    ending = {"ending": "rejected", "outcome": "The hours were worked"}
    client.post(url(company, "dispute_resolve", dispute.pk), ending)
    dispute.refresh_from_db()
    assert (dispute.ending, dispute.outcome) == ("rejected", "The hours were worked")


def test_a_pause_ends_by_whoever_may_end_it(company, review, sign_in):
    hold = Hold.objects.get()
    place = url(company, "hold_lift", hold.pk)

    sign_in(Role.BOOKKEEPER).post(place, {"reason": "Asked"})
    hold.refresh_from_db()
    assert hold.lifted_at is None

    client = sign_in(Role.MANAGER)
    assert client.post(place, {"reason": ""}).status_code == 422
    client.post(place, {"reason": "Asked"})
    hold.refresh_from_db()
    assert hold.lifted_reason == "Asked"


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
