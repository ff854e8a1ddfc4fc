"""The record is searched, followed and exported."""

from datetime import timedelta

import pytest

from arbook.audit import log
from tests import factories
from tests.factories import NOW
from tests.system.screens.rows import SYSTEM, text_of

pytestmark = pytest.mark.django_db


def test_the_record_is_searched_by_words_person_kind_row_and_day(client, company, manager):
    invoice = factories.invoice(factories.customer(company))
    first = log.record("invoice.paid", "Invoice 1041 is paid", about=[invoice], by=manager, at=NOW)
    log.record("task.done", "A task", about=[company], by=None, at=NOW - timedelta(days=3),
               company=company, cause=first)  # fmt: skip

    def found(query: str) -> list[str]:
        rows = client.get(f"{SYSTEM}audit-log/?{query}").context["found"].rows
        return [row.said for row in rows]

    assert found("q=1041") == ["Invoice 1041 is paid"]
    assert found(f"person={manager.pk}") == ["Invoice 1041 is paid"]
    assert found("person=arbook") == ["A task"]
    assert found("family=task") == ["A task"]
    assert found(f"about=invoices.invoice:{invoice.pk}") == ["Invoice 1041 is paid"]
    assert found("since=2026-11-20") == ["Invoice 1041 is paid"]
    assert found("until=2026-11-19") == ["A task"]
    assert len(found(f"cause={first.pk}")) == 2
    assert len(found("person=x&about=y&since=z&cause=-1&before=_&family=no")) == 2


def test_an_entry_shows_its_chain_up_and_down(client, company, manager):
    root = log.record("webhook.stripe", "Root", about=[company], by=None, at=NOW, company=company)
    middle = log.record("money.captured", "Middle", about=[company], by=None, at=NOW,
                        company=company, cause=root, amount="12.00")  # fmt: skip
    log.record("money.posted", "Leaf", about=[company], by=None, at=NOW, company=company,
               cause=middle)  # fmt: skip

    page = client.get(f"{SYSTEM}audit-log/{middle.pk}/")

    chain = page.context["chain"]
    assert [one.said for one in chain.up] == ["Root"]
    assert [one.said for one in chain.down] == ["Leaf"]
    assert "12.00" in text_of(page)
    assert f"companies.company:{company.pk}" in text_of(page)


def test_the_record_is_exported_as_it_is_filtered(client, company, manager):
    for number in range(60):
        log.record("task.done", f"=Task {number}", about=[company], by=manager, at=NOW,
                   company=company)  # fmt: skip
    log.record("invoice.paid", "Paid", about=[company], by=None, at=NOW, company=company)

    page = client.get(f"{SYSTEM}audit-log/?family=task&export=csv")

    assert page.status_code == 200
    lines = b"".join(page.streaming_content).decode().splitlines()
    assert len(lines) == 61
    assert "'=Task 59" in lines[1]
