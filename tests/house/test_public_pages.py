"""Pages without a sign-in: how often, by whom, and that looking changes nothing."""

import time
from statistics import median

import pytest
from django.db import connection
from django.test import Client

from arbook.web.limits import Limit, TooMany, count
from customers.models import ConsentEvent
from messaging.models import Message
from reconciliation import paylinks
from reconciliation.models import CheckoutAttempt, PayLink
from tests.house.lived_in import lived_in

pytestmark = pytest.mark.django_db
SCANNERS = [
    "Slackbot-LinkExpanding 1.0", "facebookexternalhit/1.1", "WhatsApp/2.23", "Twitterbot/1.0",
    "Mozilla/5.0 (compatible; Barracuda Sentinel)", "Microsoft Office/16.0", "curl/8.5",
]  # fmt: skip


@pytest.fixture
def here():
    return lived_in("here")


@pytest.fixture
def pages(here) -> list[str]:
    link = PayLink.objects.get(company=here.company)
    mail = Message.objects.get(company=here.company, direction=Message.Direction.OUT)
    Message.objects.filter(pk=mail.pk).update(
        medium=Message.Medium.EMAIL, address="ap@customer.example"
    )
    token = paylinks.token(link)
    return [f"/pay/{token}/", f"/pay/{token}/done/", f"/stop/{mail.uuid}/"]


UNSEEN = (
    *("web_remembered", "django_session", "reconciliation_paylink"),
    *("gateways_connection", "gateways_line"),
)


def _everything() -> dict[str, str]:
    """All rows but those that count looks, keys to the books, which are renewed when due, and how
    the line to a vendor fared."""
    seen = {}
    with connection.cursor() as cursor:
        for name in connection.introspection.table_names(cursor):
            if name in UNSEEN:
                continue
            cursor.execute(
                "SELECT coalesce(md5(string_agg(row::text, '|' ORDER BY row::text)), '')"
                f' FROM "{name}" AS row'
            )
            seen[name] = cursor.fetchone()[0]
    return seen


@pytest.mark.parametrize("method", ["get", "head", "options"])
def test_scanners_that_follow_links_change_nothing(here, pages, method):
    before = _everything()

    for path in pages:
        for agent in SCANNERS:
            answer = getattr(Client(headers={"User-Agent": agent}), method)(path)
            assert answer.status_code in (200, 405)

    assert _everything() == before
    assert CheckoutAttempt.objects.count() == 1  # the one the company has lived through
    assert not ConsentEvent.objects.filter(direction="withdrawn").exists()


def test_pressing_the_button_does(pages):
    Client().post(pages[2])

    assert ConsentEvent.objects.filter(direction="withdrawn").exists()


def test_one_link_and_one_address_come_only_so_often(pages, settings):
    settings.PUBLIC_LIMIT_LINK, settings.PUBLIC_LIMIT_ADDRESS = "3/1h", "5/1h"
    pay, _, stop = pages
    said = [Client().get(pay, REMOTE_ADDR=f"203.0.113.{n}").status_code for n in range(5)]
    assert said == [200, 200, 200, 429, 429]

    said = [Client().get(stop, REMOTE_ADDR="198.51.100.1") for _ in range(4)]
    refused = said[-1]
    assert [one.status_code for one in said] == [200, 200, 200, 429]
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert "Too many tries" in refused.content.decode()
    assert refused["Referrer-Policy"] == "no-referrer"
    said = [Client().get(f"/pay/2-{n}{'a' * 15}/").status_code for n in range(7)]
    assert said == [404] * 5 + [429] * 2


def test_a_neighbourhood_of_the_new_internet_counts_as_one(pages, settings):
    settings.PUBLIC_LIMIT_ADDRESS = "2/1h"

    said = [Client().get(pages[0], REMOTE_ADDR=f"2001:db8:1:2::{n}").status_code for n in range(3)]

    assert said == [200, 200, 429]


def test_pressing_is_refused_as_well_and_nothing_happens(pages, settings):
    settings.PUBLIC_LIMIT_LINK = "1/1h"
    Client().get(pages[2])

    assert Client().post(pages[2]).status_code == 429
    assert not ConsentEvent.objects.filter(direction="withdrawn").exists()


def test_a_window_ends(monkeypatch):
    from arbook.web import limits

    now = [1_000_000.0]
    monkeypatch.setattr(limits, "time", lambda: now[0])
    limit = Limit.parse("2/10s")
    count("x", "me", limit)
    count("x", "me", limit)
    with pytest.raises(TooMany) as refusal:
        count("x", "me", limit)
    assert refusal.value.wait <= 10
    now[0] += 10
    count("x", "me", limit)


@pytest.mark.parametrize("written", ["", "5", "0/1m", "x/1m", "5/", "5/1y", "-1/1m"])
def test_nonsense_is_no_limit(written):
    from django.core.exceptions import ImproperlyConfigured

    with pytest.raises(ImproperlyConfigured):
        Limit.parse(written)


def test_a_link_cannot_be_turned_into_another(here):
    there = lived_in("there")
    mine = PayLink.objects.get(company=here.company)
    theirs = PayLink.objects.get(company=there.company)
    number, _, proof = paylinks.token(mine).partition("-")
    foreign, _, other = paylinks.token(theirs).partition("-")

    for made in (f"{foreign}-{proof}", f"{number}-{other}", f"{number}-", number, f"-{proof}",
                 f"{number}-{proof}a", f"{number}-{proof[:-1]}", f"{number}-{proof}-{proof}",
                 f"2{number}-{proof}", f"{number}{number}-{proof}"):  # fmt: skip
        assert Client().get(f"/pay/{made}/").status_code == 404, made


def test_an_unknown_link_answers_like_a_wrong_one_and_as_fast(here, settings):
    settings.PUBLIC_LIMIT_ADDRESS = settings.PUBLIC_LIMIT_LINK = "100000/1h"
    number = paylinks.token(PayLink.objects.get(company=here.company)).partition("-")[0]
    client = Client()
    took: dict[str, list[float]] = {"wrong": [], "unknown": []}
    said = {}
    for _ in range(60):
        for kind, token in (("wrong", f"{number}-{'a' * 16}"), ("unknown", f"zzzzz-{'a' * 16}")):
            before = time.perf_counter()
            said[kind] = client.get(f"/pay/{token}/")
            took[kind].append(time.perf_counter() - before)

    assert said["wrong"].content == said["unknown"].content
    assert said["wrong"].status_code == said["unknown"].status_code == 404
    assert abs(median(took["wrong"]) - median(took["unknown"])) < median(took["wrong"])
