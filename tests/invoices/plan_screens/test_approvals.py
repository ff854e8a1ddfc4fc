"""Questions that wait for a yes or a no."""

import pytest

from arbook import clock
from arbook.companies.models import Role
from invoices import cadence, escalations
from invoices.models import Approval, Reminder
from tests.invoices.plan_screens.screens import issued, url

pytestmark = pytest.mark.django_db


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
