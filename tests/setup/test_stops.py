"""The stop: a reason, perhaps an end, one company or all; kept at the gate and at the wire."""

from datetime import timedelta

import pytest
from allauth.mfa.totp.internal import auth as totp
from django.core.management import CommandError, call_command
from django.utils.html import strip_tags

from arbook import clock
from arbook.audit.models import Entry
from arbook.companies import stops
from arbook.companies.models import Company, Role, Standstill
from arbook.outbox.drain import drain
from arbook.outbox.models import Effect
from arbook.sandbox import clock as movable
from arbook.setup import stopping
from messaging import facts, gate
from messaging.models import Message
from tests import factories
from tests.desk import MORNING, Desk
from tests.factories import NOW

pytestmark = pytest.mark.django_db
PHONE = "+12125550111"


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental", timezone="America/New_York")


@pytest.fixture
def manager(company):
    return factories.member(company, Role.MANAGER)


@pytest.fixture
def desk(sandbox):
    movable.move_to(MORNING)
    sandbox.delivery.hold()
    desk = Desk(sandbox)
    desk.owes("Blue Door Cafe", "162.07", mobile=PHONE)
    desk.sync()
    return desk


def test_a_stop_with_an_end_is_over_by_itself(company, manager):
    until = NOW + timedelta(hours=2)

    stopping.stop(company, reason="wrong amounts", until=until, by=manager, now=NOW)

    stop = stops.standing(company, NOW)
    assert stop.said(company.zone) == (
        "All sending of Harbor Dental is stopped until 12:00 (wrong amounts)."
    )
    assert stops.standing(company, until - timedelta(seconds=1))
    assert stops.standing(company, until) is None


def test_a_stop_of_everything_holds_every_company(company, manager):
    other = factories.company()
    factories.membership(other, role=Role.MANAGER, person=manager)

    stopping.stop_everything(reason="wrong amounts", by=manager, now=NOW)

    for one in (company, other):
        stop = stops.standing(one, NOW)
        assert stop.said(company.zone) == "Everything is stopped (wrong amounts)."
        assert stop.by == manager.email
        assert Entry.objects.about(one).get().by == manager


def test_of_two_stops_the_longer_one_counts(company, manager):
    stopping.stop(company, reason="a", until=NOW + timedelta(hours=3), by=manager, now=NOW)
    stopping.stop_everything(reason="b", until=NOW + timedelta(hours=1), by=manager, now=NOW)

    assert stops.standing(company, NOW).reason == "a"

    stopping.resume(company, by=manager, now=NOW)
    assert stops.standing(company, NOW).reason == "b"


def test_standing_is_one_statement(company, django_assert_num_queries):
    with django_assert_num_queries(1):
        stops.standing(company, NOW)


def test_who_is_no_manager_of_every_company_stops_only_their_own(company, manager):
    factories.company(slug="other")

    with pytest.raises(stopping.StopRefused, match="every company"):
        stopping.stop_everything(reason="x", by=manager, now=NOW)

    assert not Standstill.objects.exists()
    assert stops.may_stop_everything(factories.user(is_staff=True))
    Company.objects.filter(slug="other").update(is_active=False)
    assert stops.may_stop_everything(manager)


@pytest.mark.parametrize("is_staff", [True, False], ids=["staff", "manager"])
def test_nobody_stops_or_resumes_a_strict_company_without_a_second_factor(
    client, company, manager, is_staff
):
    person = factories.user(is_staff=True) if is_staff else manager
    Company.objects.update(second_factor_required=True)
    client.force_login(person)

    assert not stops.may_stop_everything(person)
    with pytest.raises(stopping.StopRefused, match="second factor"):
        stopping.stop_everything(reason="x", by=person, now=NOW)
    Standstill.objects.create(reason="others", by=manager, started_at=NOW)
    with pytest.raises(stopping.StopRefused, match="second factor"):
        stopping.resume_everything(by=person, now=NOW)
    answer = client.post("/stop-everything/", {"resume": "1"})
    leads_to = "/accounts/2fa/" if is_staff else "/accounts/second-factor/"
    assert (answer.status_code, answer["Location"]) == (302, leads_to)
    assert Standstill.objects.get().ended_at is None

    totp.TOTP.activate(person, "JBSWY3DPEHPK3PXP")
    person.recovery_codes_saved_at = NOW
    person.save()
    client.post("/stop-everything/", {"resume": "1"})
    assert Standstill.objects.get().ended_by == person


def test_a_second_stop_of_everything_waits_for_the_end_of_the_first(company, manager):
    stopping.stop_everything(reason="a", until=NOW + timedelta(hours=1), by=manager, now=NOW)

    with pytest.raises(stopping.StopRefused, match="already"):
        stopping.stop_everything(reason="b", by=manager, now=NOW)

    later = NOW + timedelta(hours=2)
    stopping.stop_everything(reason="c", by=manager, now=later)
    assert stops.everywhere(later).reason == "c"
    assert Standstill.objects.get(reason="a").ended_at == NOW + timedelta(hours=1)


def test_an_end_in_the_past_is_refused(company, manager):
    with pytest.raises(stopping.StopRefused, match="already over"):
        stopping.stop(company, reason="a", until=NOW, by=manager, now=NOW)


# --- At the gate and at the wire -----------------------------------------------------------------


@pytest.mark.parametrize("everywhere", [False, True], ids=["company", "everything"])
def test_an_approved_text_waits_for_the_end_of_the_stop_and_then_goes(desk, everywhere):
    desk.approved("Blue Door Cafe")
    until = clock.now() + timedelta(hours=2)
    person = factories.user(is_staff=True)
    if everywhere:
        stopping.stop_everything(reason="look", until=until, by=person, now=clock.now())
    else:
        stopping.stop(desk.company, reason="look", until=until, by=person, now=clock.now())

    drain(now=clock.now)

    effect = Effect.objects.get(kind="messaging.send")
    assert (effect.state, effect.not_before) == ("pending", until)
    assert "until 12:0" in effect.error
    desk.later(hours=1)
    drain(now=clock.now)
    assert desk.carrier.outbound(PHONE) == []
    desk.later(hours=1)
    drain(now=clock.now)
    assert len(desk.carrier.outbound(PHONE)) == 1


@pytest.mark.parametrize("everywhere", [False, True], ids=["company", "everything"])
def test_ending_a_stop_early_lets_what_waited_go_at_once(desk, everywhere):
    desk.approved("Blue Door Cafe")
    person = factories.user(is_staff=True)
    if everywhere:
        stopping.stop_everything(reason="look", by=person, now=clock.now())
    else:
        stopping.stop(desk.company, reason="look", by=person, now=clock.now())
    drain(now=clock.now)
    assert desk.carrier.outbound(PHONE) == []

    if everywhere:
        stopping.resume_everything(by=person, now=clock.now())
    else:
        stopping.resume(desk.company, by=person, now=clock.now())
    drain(now=clock.now)

    assert len(desk.carrier.outbound(PHONE)) == 1


def test_the_gate_names_the_stop_of_everything(desk):
    person = factories.user(is_staff=True)
    until = clock.now().replace(hour=19, minute=0)
    stopping.stop_everything(reason="wrong amounts", until=until, by=person, now=clock.now())
    customer = desk.customer("Blue Door Cafe")

    known = facts.gather(desk.company, [customer.pk], now=clock.now())[customer.pk]
    verdict = gate.decide(known)

    assert verdict.stopped_by == "company"
    assert verdict.sentence == "Everything is stopped until 14:00 (wrong amounts)."
    assert verdict.until == until
    desk.prepare()
    assert not Message.objects.filter(state="proposed").exists()


# --- Screens -------------------------------------------------------------------------------------


def _text(page) -> str:
    return " ".join(strip_tags(page.content.decode()).split())


def test_the_button_stops_every_company_for_who_may(client, company, manager):
    client.force_login(manager)
    address = "/c/harbor/setup/stop/"
    assert "Every company" in _text(client.get(address))

    page = client.post(address, {"reason": "Wrong amounts", "scope": "all"}, follow=True)

    assert Standstill.objects.get().by == manager
    assert "Everything is stopped, for every company" in _text(page)
    assert "Wrong amounts" in _text(page)
    page = client.post(address, {"resume": "1"}, follow=True)
    assert stops.standing(company, clock.now()) is None
    assert "Messages may leave again." in _text(page)


def test_a_bookkeeper_is_not_offered_every_company_and_cannot_end_such_a_stop(client, company):
    client.force_login(factories.member(company, Role.BOOKKEEPER))
    address = "/c/harbor/setup/stop/"
    assert "Every company" not in _text(client.get(address))

    client.post(address, {"reason": "x", "scope": "all"})

    assert not Standstill.objects.exists()
    assert stops.standing(company, clock.now()).reason == "x"
    Company.objects.update(stopped_at=None)
    person = factories.user(is_staff=True)
    stopping.stop_everything(reason="all", by=person, now=clock.now())
    client.post(address, {"resume": "1"})
    assert stops.standing(company, clock.now())


def test_the_end_of_a_stop_is_told_on_the_companys_clock(client, company, manager):
    client.force_login(manager)
    movable.move_to(NOW)
    try:
        page = client.post(
            "/c/harbor/setup/stop/",
            {"reason": "Wrong amounts", "until": "2026-11-20T14:00"},
            follow=True,
        )
        company.refresh_from_db()
        assert company.stopped_until == NOW.replace(hour=19)
        assert "It resumes 14:00." in _text(page)
        page = client.post("/c/harbor/setup/stop/", {"reason": "x", "until": "2026-11-20T09:00"})
    finally:
        movable.reset()


def test_above_all_companies_the_stop_is_for_who_may(client, company, manager):
    other = factories.company()
    factories.membership(other, role=Role.MANAGER, person=manager)
    bookkeeper = factories.member(company, Role.BOOKKEEPER)
    factories.membership(other, role=Role.MANAGER, person=bookkeeper)
    client.force_login(bookkeeper)
    assert client.get("/stop-everything/").status_code == 403
    assert "stop-button" not in client.get("/").content.decode()

    client.force_login(manager)
    assert "stop-button" in client.get("/").content.decode()
    client.post("/stop-everything/", {"reason": "Wrong amounts"})
    assert stops.everywhere(clock.now()).reason == "Wrong amounts"
    assert "Everything is stopped, for every company" in _text(client.get("/"))
    client.post("/stop-everything/", {"resume": "1"})
    assert stops.everywhere(clock.now()) is None


# --- Commands ------------------------------------------------------------------------------------


def test_commands_stop_and_resume(company, manager):
    call_command("stop", "--company", "harbor", "--reason", "migration")
    assert stops.standing(company, clock.now()).reason == "migration"
    call_command("resume", "--company", "harbor")
    assert stops.standing(company, clock.now()) is None

    call_command("stop", "--all", "--by", manager.email, "--reason", "all")
    assert stops.standing(company, clock.now()).is_everywhere
    call_command("resume", "--all", "--by", manager.email)
    assert stops.standing(company, clock.now()) is None

    with pytest.raises(CommandError, match="--by"):
        call_command("stop", "--all", "--reason", "x")
    with pytest.raises(CommandError, match="no company"):
        call_command("stop", "--company", "nobody", "--reason", "x")
