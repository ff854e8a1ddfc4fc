"""Jobs: run at the next beat, their trouble told without anybody else's."""

import pytest
from django.utils.html import strip_tags

from arbook.audit.models import Entry
from arbook.heartbeat.models import JobRun
from tests import factories
from tests.factories import NOW
from tests.system.screens.rows import SYSTEM, text_of

pytestmark = pytest.mark.django_db


def test_a_manager_has_a_job_run_at_the_next_beat(client, company, manager):
    JobRun.objects.create(name="sync the books", started_at=NOW, error="other: it broke")
    factories.company(slug="other")

    page = client.post(f"{SYSTEM}workers/run/", {"job": "sync the books"}, follow=True)

    assert JobRun.objects.get(name="sync the books").started_at is None
    assert "runs within a minute" in text_of(page)
    assert "it broke" not in text_of(page)
    assert Entry.objects.get(verb="system.job_asked").by == manager
    page = client.post(f"{SYSTEM}workers/run/", {"job": "rm -rf"}, follow=True)
    assert "There is no such job." in text_of(page)


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        ("SomeCompaniesFailed: brook: Bad: no; Key (name)=(Acme Debtor)", ""),
        ("brook: Refused: not theirs: harbor: no; Acme Debtor", ""),
        (
            "SomeCompaniesFailed: brook: Bad: Acme Debtor; harbor: Bad: one; two; pier: Bad: x",
            "harbor: Bad: one; two",
        ),
        ("IntegrityError: Key (name)=(Acme Debtor) exists", "IntegrityError"),
    ],
)
def test_a_jobs_trouble_names_nobody_of_another_company(client, manager, error, shown):
    for slug in ("brook", "pier"):
        factories.company(slug=slug, name=slug)
    JobRun.objects.create(name="sync the books", started_at=NOW, error=error)

    page = strip_tags(client.get(f"{SYSTEM}workers/").content.decode())

    assert "Acme" not in page
    assert shown in page and ("Bad" in page) == ("Bad" in shown)
