"""The record: permanent, indexed by what it is about, chained by cause."""

import pytest

from arbook.audit import log, timeline
from arbook.audit.models import Entry, EntryIsPermanent
from tests.factories import NOW, customer, invoice
from tests.factories import company as new_company

pytestmark = pytest.mark.django_db


def _entry(said="It happened", about=(), **more) -> Entry:
    return log.record("test.happened", said, about=about, by=None, at=NOW, **more)


def test_an_entry_is_never_changed_or_deleted():
    entry = _entry()

    entry.said = "It did not"
    with pytest.raises(EntryIsPermanent):
        entry.save()
    with pytest.raises(EntryIsPermanent):
        entry.delete()
    with pytest.raises(EntryIsPermanent):
        Entry.objects.filter(pk=entry.pk).update(said="It did not")
    with pytest.raises(EntryIsPermanent):
        Entry.objects.all().delete()


def test_an_entry_stands_on_the_timeline_of_everything_it_is_about():
    owner = customer(new_company())
    bill = invoice(owner)

    _entry("Both", about=[owner, bill])
    _entry("Invoice only", about=[bill])

    assert [line.title for line in timeline.of(owner)] == ["Both"]
    assert [line.title for line in timeline.of(bill)] == ["Invoice only", "Both"]


def test_what_happens_because_of_something_points_back_to_it():
    root = _entry("A webhook came")
    with log.because(root.pk):
        middle = _entry("Money was captured")
        with log.because(middle.pk):
            leaf = _entry("It was posted")
    after = _entry("Unrelated")

    assert timeline.chain(leaf) == [leaf, middle, root]
    assert after.cause is None


def test_a_timeline_tells_the_whole_chain_of_causes_in_two_statements(django_assert_num_queries):
    owner = customer(new_company())
    root = _entry("A webhook came")
    with log.because(root.pk):
        middle = _entry("Money was captured")
    for _ in range(20):
        _entry("It was posted", about=[owner], cause=middle)

    with django_assert_num_queries(2):
        lines = timeline.of(owner)

    assert len(lines) == 20
    assert lines[0].cause == "Money was captured ← A webhook came"


def test_a_batch_is_recorded_in_two_statements(django_assert_num_queries):
    owner = customer(new_company())
    pairs = [
        (Entry(company=owner.company, verb="test.happened", said=f"Number {n}", at=NOW), [owner])
        for n in range(30)
    ]

    with django_assert_num_queries(2):
        log.record_many(pairs)

    assert len(timeline.of(owner)) == 30
