"""Approvals: a yes to exactly what was shown, given once, by who may."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from arbook.companies.models import Role
from invoices import approvals
from invoices.models import Approval
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
State = Approval.State


@pytest.fixture
def company():
    return factories.company()


@pytest.fixture
def manager(company):
    return factories.member(company, Role.MANAGER)


def ask(company, content=None, **fields):
    fields = {
        "kind": Approval.Kind.LETTER,
        "subject": "escalation:1",
        "title": "Letter to Ann",
        "why": "Day 60.",
        "amount": Decimal("100"),
        "content": content or {"to": "Ann", "total": "$100.00"},
        "now": NOW,
    } | fields
    fields.setdefault("customer", None)
    customer = fields.pop("customer") or factories.customer(company)
    return approvals.ask(company, customer=customer, **fields)


def approve(approval, by, **fields):
    fields = {"content_hash": approval.content_hash, "now": NOW} | fields
    return approvals.approve(approval, by=by, **fields)


def test_the_fingerprint_depends_on_content_and_not_on_its_order():
    assert approvals.hash_of({"a": 1, "b": "é"}) == approvals.hash_of({"b": "é", "a": 1})
    assert approvals.hash_of({"total": "$100.00"}) != approvals.hash_of({"total": "$100.01"})


def test_asking_again_unchanged_is_one_question(company):
    customer = factories.customer(company)

    assert ask(company, customer=customer) == ask(company, customer=customer)


def test_other_content_voids_the_question_and_shows_what_changed(company):
    customer = factories.customer(company)
    first = ask(company, customer=customer)

    second = ask(company, {"to": "Ann", "total": "$100.01"}, customer=customer)

    first.refresh_from_db()
    assert (first.state, first.note) == (State.VOID, "The content changed.")
    assert approvals.differences(second) == [("total", "$100.00", "$100.01")]


def test_a_manager_approves_and_the_yes_covers_only_this_content(company, manager):
    approval = ask(company)

    approve(approval, manager)

    assert approvals.approved(company, "escalation:1", approval.content) == approval
    assert approvals.approved(company, "escalation:1", {"total": "$100.01"}) is None


def test_a_stale_page_is_refused_and_says_so(company, manager):
    approval = ask(company)

    with pytest.raises(approvals.ApprovalRefused, match="changed after you opened it"):
        approve(approval, manager, content_hash="0" * 64)

    approval.refresh_from_db()
    assert approval.state == State.WAITING


def test_content_that_was_tampered_with_is_refused(company, manager):
    approval = ask(company)
    Approval.objects.filter(pk=approval.pk).update(content={"total": "$999.00"})

    with pytest.raises(approvals.ApprovalRefused, match="fingerprint"):
        approve(approval, manager)


def test_a_lower_role_a_stranger_and_the_machine_cannot_decide(company):
    approval = ask(company)
    people = [
        factories.member(company, Role.BOOKKEEPER),
        factories.member(factories.company(), Role.OWNER),
        None,
    ]

    for person in people:
        with pytest.raises(approvals.ApprovalRefused, match="manager"):
            approve(approval, person)


def test_above_the_company_limit_a_manager_decides_whatever_was_asked_for(company):
    company.review_above = Decimal("500")
    company.save()
    small = ask(company, needs_role=Role.BOOKKEEPER, amount=Decimal("500"))
    large = ask(company, subject="message:2", needs_role=Role.BOOKKEEPER, amount=Decimal("500.01"))

    assert (small.needs_role, large.needs_role) == (Role.BOOKKEEPER, Role.MANAGER)


def test_a_no_needs_a_note(company, manager):
    approval = ask(company)

    with pytest.raises(approvals.ApprovalRefused, match="Say why"):
        approvals.reject(approval, by=manager, now=NOW, note=" ")
    approvals.reject(approval, by=manager, now=NOW, note="They called yesterday")

    approval.refresh_from_db()
    assert (approval.state, approval.note) == (State.REJECTED, "They called yesterday")


def test_what_is_decided_stays_decided(company, manager):
    approval = ask(company)
    approve(approval, manager)

    with pytest.raises(approvals.ApprovalRefused, match="Already decided"):
        approvals.reject(approval, by=manager, now=NOW, note="Changed my mind")


def test_after_its_time_it_is_expired_for_good(company, manager):
    approval = ask(company, expires_at=NOW + timedelta(days=1))

    with pytest.raises(approvals.ApprovalRefused, match="run out"):
        approve(approval, manager, now=NOW + timedelta(days=2))

    approval.refresh_from_db()
    assert approval.state == State.EXPIRED


def test_the_job_expires_what_nobody_decided(company):
    ask(company, expires_at=NOW + timedelta(days=1))

    assert approvals.expire(company, now=NOW) == 0
    assert approvals.expire(company, now=NOW + timedelta(days=1)) == 1


@pytest.mark.django_db(transaction=True)
def test_two_simultaneous_clicks_decide_once():
    company = factories.company()
    manager = factories.member(company, Role.MANAGER)
    approval = ask(company)
    outcomes = []
    start = threading.Barrier(4)

    def click():
        start.wait()
        try:
            approve(Approval.objects.get(pk=approval.pk), manager)
            outcomes.append("approved")
        except approvals.ApprovalRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    clicks = [threading.Thread(target=click) for _ in range(4)]
    for each in clicks:
        each.start()
    for each in clicks:
        each.join()

    assert sorted(outcomes) == ["approved", "refused", "refused", "refused"]
