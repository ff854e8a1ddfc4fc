"""How long vendors take and how calls end, counted for the operators."""

import pytest

from arbook.gateways import measures
from arbook.gateways.errors import Refused, Unreachable


@pytest.fixture(autouse=True)
def nothing_counted(db):
    measures._counts.clear()


def counted() -> dict[tuple[str, str, str], int]:
    return {(one.vendor, one.operation, one.outcome): one.count for one in measures.snapshot()}


def test_calls_are_counted_by_vendor_direction_and_outcome(sandbox, books, texts):
    books.count("Invoice")
    books.count("Customer")
    texts.send_text(to="+18605550142", body="Hello", callback_url="")
    sandbox.faults.add("twilio", "messages.fetch", "500", times=1)
    with pytest.raises(Unreachable):
        texts.read_text("SM1")
    with pytest.raises(Refused):
        texts.read_text("SM404")

    assert counted() == {
        ("quickbooks", "read", "ok"): 2,
        ("twilio", "write", "ok"): 1,
        ("twilio", "read", "unreachable"): 1,
        ("twilio", "read", "refused"): 1,
    }


def test_a_vendor_left_alone_is_counted_as_such(sandbox, texts):
    sandbox.faults.add("twilio", "*", "500")
    for _ in range(7):
        with pytest.raises((Unreachable, Exception)):
            texts.account()

    assert counted()["twilio", "read", "unreachable"] == 5


def test_processes_add_up_and_durations_fall_into_classes(db):
    for seconds in (0.01, 0.2, 40.0):
        measures.note("stripe", "read", "ok", seconds)
    measures.flush()
    measures.note("stripe", "read", "ok", 0.2)

    (one,) = measures.snapshot()

    assert (one.count, one.within[-1]) == (4, 3)
    assert dict(zip(measures.BOUNDS, one.within, strict=True))[0.25] == 3
    assert one.within[0] == 1
    assert one.seconds == pytest.approx(40.41)


def test_many_calls_are_written_in_one_statement(db, django_assert_num_queries):
    for number in range(50):
        measures.note("stripe", "read", f"kind{number % 5}", 0.1)

    with django_assert_num_queries(1):
        measures.flush()
    with django_assert_num_queries(0):
        measures.flush()


@pytest.mark.django_db(transaction=True)
def test_what_is_counted_reaches_the_database_by_itself(settings):
    settings.MEASURES_EVERY = 0.05
    measures.note("stripe", "read", "ok", 0.1)
    thread = measures._flusher
    thread.join(timeout=10)

    assert not thread.is_alive()
    settings.MEASURES_EVERY = 0
    assert counted() == {("stripe", "read", "ok"): 1}
