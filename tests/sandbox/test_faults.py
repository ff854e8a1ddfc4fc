import threading
import time

import pytest
import requests

from .conftest import tokens


def _pay(api, **params):
    return api.post("/payment", {"CustomerRef": {"value": api.customer}, "TotalAmt": 5}, **params)


@pytest.fixture
def paying(books, api):
    api.customer = books.add_customer("Harbor Dental")["Id"]
    return api


def test_throttling_is_lower_case_tells_when_and_ends(vendors, api):
    vendors.faults.add("quickbooks", "query", "429", times=1, retry_after=7)

    first, second = (api.get("/query", query="SELECT * FROM Invoice") for _ in range(2))

    assert first.status_code == 429
    assert first.headers["Retry-After"] == "7"
    assert "3001" in first.json()["fault"]["error"][0]["code"]
    assert second.status_code == 200


@pytest.mark.parametrize(("kind", "stored"), [("drop_before", 0), ("drop_after", 1)])
def test_a_dropped_connection_may_or_may_not_have_stored(vendors, books, paying, kind, stored):
    vendors.faults.add("quickbooks", "payment.create", kind, times=1)

    with pytest.raises(requests.ConnectionError):
        _pay(paying)

    assert len(books.all("Payment")) == stored


def test_a_repeat_after_a_lost_answer_finds_the_stored_one(vendors, books, paying):
    vendors.faults.add("quickbooks", "payment.create", "drop_after", times=1)
    with pytest.raises(requests.ConnectionError):
        _pay(paying, requestid="once")

    assert _pay(paying, requestid="once").status_code == 200
    assert len(books.all("Payment")) == 1


def test_a_slow_answer_has_stored_and_a_hanging_one_has_not(vendors, books, paying):
    vendors.faults.add("quickbooks", "payment", "slow", times=1, seconds=0.2)
    started = time.monotonic()
    _pay(paying)
    took = time.monotonic() - started

    vendors.faults.add("quickbooks", "payment", "hang", times=1, seconds=0.1)
    with pytest.raises(requests.ConnectionError):
        _pay(paying)

    assert took >= 0.2
    assert len(books.all("Payment")) == 1


@pytest.mark.parametrize(
    ("kind", "status", "word"),
    [
        ("500", 500, "10000"),
        ("html502", 502, "<html>"),
        ("fault200", 200, "Fault"),
        ("revoked", 401, "3200"),
    ],
)
def test_other_ways_to_fail(vendors, paying, kind, status, word):
    vendors.faults.add("quickbooks", "payment.create", kind, times=1)

    answer = _pay(paying)

    assert answer.status_code == status
    assert word in answer.text


def test_calls_are_counted_and_logged_without_secrets(vendors, books, paying):
    _pay(paying)
    _pay(paying)
    paying.query("SELECT * FROM Customer")

    assert vendors.faults.count("quickbooks", "payment.create") == 2
    assert vendors.faults.count("quickbooks", "query") == 1
    assert vendors.faults.count("quickbooks") == 4
    text = repr(list(vendors.faults.log))
    assert "sandbox-secret" not in text
    assert "RT-first" not in text
    assert paying.session.headers["Authorization"].split()[1] not in text


def test_a_fault_may_skip_calls_first(vendors, books):
    vendors.faults.add("quickbooks", "token", "500", times=1, skip=1)

    first = tokens(vendors).json()["refresh_token"]
    second = tokens(vendors, first)

    assert second.status_code == 500
    assert tokens(vendors, first).status_code == 200


def test_a_fault_with_a_chance_strikes_a_share_of_the_calls_and_is_counted(vendors):
    vendors.faults.add("stripe", "*", "500", chance=0.3)
    vendors.faults.add("stripe", "*", "html502", chance=0.0)

    struck = sum(vendors.faults.strike("stripe", "events.list") is not None for _ in range(1000))

    assert 200 < struck < 400
    assert vendors.faults.given() == {"stripe": {"500": struck}}


def test_a_limit_refuses_what_is_too_much_and_remembers_the_most(vendors, api):
    vendors.limits.set("quickbooks", per_second=3, per_minute=100, retry_after=5)

    answers = [api.get("/query", query="SELECT * FROM Invoice") for _ in range(5)]

    assert [one.status_code for one in answers] == [200, 200, 200, 429, 429]
    assert answers[-1].headers["Retry-After"] == "5"
    most = next(iter(vendors.limits.seen().values()))
    assert (most.in_a_second, most.refused) == (5, 2)


def test_a_call_that_began_before_the_counts_were_forgotten_is_not_counted(vendors, books, paying):
    vendors.faults.add("quickbooks", "payment", "hang", times=1, seconds=0.4)

    def pay():
        with pytest.raises(requests.ConnectionError):
            _pay(paying)

    paying_hangs = threading.Thread(target=pay)
    paying_hangs.start()
    while not vendors.faults.given():
        time.sleep(0.01)
    vendors.faults.forget()
    paying_hangs.join()

    assert vendors.faults.count("quickbooks") == 0
