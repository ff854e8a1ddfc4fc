"""The screen of connections: how fresh, how fast, how well, how long; what a person can do."""

from datetime import timedelta

import pytest

from arbook import clock
from arbook.audit.models import Entry
from arbook.companies.models import Company, Role
from arbook.dashboard import rail
from arbook.gateways import connections, lines, mail, pace
from arbook.gateways.models import Connection, Line
from arbook.outbox.models import Effect
from arbook.sandbox import clock as movable
from arbook.setup import jobs
from arbook.setup.work import until_quiet
from tests import factories
from tests.desk import Desk

pytestmark = pytest.mark.django_db

HERE = "/c/harbor/setup/connections/"


@pytest.fixture
def desk(sandbox):
    lines.forget()
    return Desk(sandbox)


@pytest.fixture
def screen(client, desk):
    """The screen as a bookkeeper reads it."""
    client.force_login(desk.member(Role.BOOKKEEPER))
    return lambda: " ".join(client.get(HERE).content.decode().split())


def rest(desk, vendor: str, **fields) -> None:
    fields = {
        "failures": 5,
        "resting": "failing",
        "rest_until": clock.now() + timedelta(minutes=2),
        "reason": "It answered 502.",
    } | fields
    key = mail.line() if vendor == "mail" else lines.key_of(desk.company.pk, vendor)
    Line.objects.update_or_create(key=key, defaults=fields)
    lines.forget()


def test_freshness_token_and_end_are_told(desk, screen):
    Connection.objects.filter(vendor="quickbooks").update(
        refreshed_at=clock.now() - timedelta(minutes=12),
        last_webhook_at=clock.now() - timedelta(minutes=3),
        hard_expires_at=clock.now() + timedelta(days=400, hours=1),
    )
    Connection.objects.filter(vendor="stripe").update(heard_at=clock.now() - timedelta(minutes=9))

    page = screen()

    assert "12 min ago" in page
    assert "3 min ago" in page
    assert "9 min ago" in page
    assert "with the first call after" in page
    assert "days left)" in page
    assert "before the next reminder leaves" in page


def test_the_rate_in_use_is_told(desk, screen, settings):
    settings.QUICKBOOKS_PER_MINUTE = 500
    used = pace.in_use(desk.books.realm).used
    for _ in range(5):
        pace.take(desk.books.realm)

    assert f"{used + 5} of 500" in screen()


@pytest.mark.parametrize(("days", "tone"), [(6, "bad"), (25, "warn")])
def test_an_end_that_comes_near_is_said_aloud(desk, screen, days, tone):
    Connection.objects.filter(vendor="quickbooks").update(
        hard_expires_at=clock.now() + timedelta(days=days, hours=1)
    )

    assert f"Access ends in {days} days" in screen()


@pytest.mark.parametrize("vendor", ["quickbooks", "stripe", "twilio", "slack", "mail"])
def test_a_vendor_left_alone_says_why_and_until_when_and_can_be_tried(desk, screen, client, vendor):
    rest(desk, vendor)
    page = screen()
    assert "is left alone after 5 failures in a row until" in page
    assert "It answered 502." in page

    client.post(f"{HERE}{vendor}/try/")

    assert "is left alone" not in screen()
    assert Entry.objects.filter(verb="connection.tried").count() == 1


@pytest.mark.parametrize("vendor", ["quickbooks", "stripe", "twilio"])
def test_the_top_bar_says_that_a_vendor_rests_and_until_when(desk, screen, vendor):
    movable.move_to(factories.NOW)
    factories.books(desk.company)
    rest(desk, vendor, rest_until=clock.now() + timedelta(minutes=2))

    line = _fresh(screen(), Connection.Vendor(vendor).label)

    assert "rests until 10:02" in line
    assert "light-warn" in line and "live" not in line
    rest(desk, vendor, rest_until=clock.now() - timedelta(seconds=1))
    assert "is tried again" in _fresh(screen(), Connection.Vendor(vendor).label)


def test_the_top_bar_costs_the_same_whoever_rests(desk, django_assert_num_queries):
    movable.move_to(factories.NOW)
    factories.books(desk.company)
    with django_assert_num_queries(3):
        rail.freshness(desk.company, clock.now())
    for vendor in ("quickbooks", "stripe", "twilio"):
        rest(desk, vendor)

    with django_assert_num_queries(3):
        shown = rail.freshness(desk.company, clock.now())

    assert [line["level"] for line in shown] == ["warn"] * 3


def _fresh(page: str, label: str) -> str:
    """The line of the top bar about one vendor."""
    strip = page.partition('class="freshness"')[2].partition("</ul>")[0]
    return next(line for line in strip.split("</li>") if f"</i>{label}" in line)


def test_what_waited_for_the_vendor_goes_when_it_is_tried(desk, client, screen):
    rest(desk, "twilio")
    effect = Effect.objects.create(
        kind="messaging.send",
        key="k",
        company=desk.company,
        payload={"message": 0},
        not_before=clock.now() + timedelta(minutes=5),
        failure="throttled",
        created_at=clock.now(),
    )

    client.post(f"{HERE}twilio/try/")

    effect.refresh_from_db()
    assert effect.not_before <= clock.now()


def test_a_vendor_that_asked_us_to_slow_down_is_shown_as_such(desk, screen):
    rest(desk, "quickbooks", failures=0, resting="throttled")

    assert "QuickBooks asked us to slow down until" in screen()


def test_lists_are_read_when_a_person_asks(desk, client, screen):
    desk.sandbox.delivery.hold()
    before = Connection.objects.get(vendor="stripe").heard_at

    client.post(f"{HERE}stripe/read/")
    until_quiet()

    assert before is None
    assert Connection.objects.get(vendor="stripe").heard_at
    assert client.post(f"{HERE}slack/read/").status_code == 404


def test_a_viewer_reads_and_cannot_act(desk, client):
    client.force_login(desk.member(Role.VIEWER))

    assert "Try now" not in client.get(HERE).content.decode()
    assert client.post(f"{HERE}stripe/read/").status_code == 403
    assert client.post(f"{HERE}stripe/try/").status_code == 403


def test_a_new_connection_is_read_at_once(desk):
    from arbook.setup import connections as setup

    setup.with_stripe(
        desk.company, secret_key="sk_test_harbor", webhook_secret="w", by=None, now=clock.now()
    )

    assert Effect.objects.filter(kind="setup.hear", payload__vendor="stripe").exists()


class TestGrants:
    def books(self):
        return Connection.objects.get(vendor="quickbooks")

    def test_access_that_lies_idle_is_kept_alive_for_years(self, desk):
        Company.objects.update(is_active=False)  # nobody reads these books any more
        for _ in range(40):
            movable.move(timedelta(days=10))
            jobs.keep_connections(clock.now())

        assert self.books().is_usable
        assert self.books().refresh_expires_at > clock.now() + timedelta(days=80)

    def test_access_in_daily_use_is_left_alone(self, desk, sandbox):
        sandbox.faults.forget()

        jobs.keep_connections(clock.now())

        assert sandbox.faults.count("quickbooks", "token") == 0

    @pytest.mark.parametrize(("days", "alerts"), [(40, 0), (29, 1), (6, 1)])
    def test_staff_hears_ahead_of_the_end_and_once(self, desk, days, alerts):
        end = clock.now() + timedelta(days=days)
        Connection.objects.filter(vendor="quickbooks").update(hard_expires_at=end)

        for _ in range(3):
            jobs.keep_connections(clock.now())

        told = Effect.objects.filter(kind="alerts.mail", key__contains="grant:")
        assert told.count() == alerts

    def test_thirty_and_seven_days_ahead_are_two_words(self, desk):
        end = clock.now() + timedelta(days=29)
        Connection.objects.filter(vendor="quickbooks").update(hard_expires_at=end)
        jobs.keep_connections(clock.now())
        movable.move(timedelta(days=23))
        Connection.objects.filter(vendor="quickbooks").update(refreshed_at=clock.now())
        jobs.keep_connections(clock.now())

        assert Effect.objects.filter(kind="alerts.mail", key__contains="grant:").count() == 2

    def test_a_reconnection_closes_the_breaker(self, desk):
        rest(desk, "quickbooks")
        line = connections.line_of(self.books())
        assert lines.standing(line).resting

        grant = desk.sandbox.quickbooks.app.grants[-1]
        from arbook.setup import connections as setup

        setup.quickbooks(
            desk.company,
            realm=self.books().external_id,
            refresh_token=grant.refresh_token,
            by=None,
            now=clock.now(),
        )

        assert lines.standing(line).is_clean


def test_a_company_of_its_own_sees_only_its_lines(desk, screen):
    other = factories.company(slug="other", name="Other")
    Line.objects.create(
        key=lines.key_of(other.pk, "stripe"),
        failures=5,
        resting="failing",
        rest_until=clock.now() + timedelta(minutes=2),
        reason="Of the other.",
    )

    assert "Of the other." not in screen()
