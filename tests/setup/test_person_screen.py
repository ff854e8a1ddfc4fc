"""A person's data on the screen: for managers, after a look at what goes and what stays."""

import io
import zipfile

import pytest

from arbook.audit import sealing, verifying
from arbook.audit.models import Entry
from arbook.companies.models import Role
from customers import consent, profile
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

NUMBER = "+18605550177"


@pytest.fixture
def harbor():
    return factories.company(slug="harbor", name="Harbor")


@pytest.fixture
def person(harbor):
    one = factories.customer(harbor, name="Rosalind Quimby", given_name="Rosalind")
    factories.contact(one, "sms", NUMBER)
    consent.grant(harbor, channel="sms", address=NUMBER, source="staff", by=None, now=NOW)
    profile.note(one, text="Rosalind calls back", by=factories.user(), now=NOW)
    sealing.seal_waiting(now=NOW)
    return one


@pytest.fixture
def here(harbor, person) -> str:
    return f"/c/harbor/setup/persons/{person.pk}/"


def _sign_in(client, harbor, role=Role.MANAGER):
    someone = factories.member(harbor, role)
    client.force_login(someone)
    return someone


def test_the_screen_tells_what_goes_and_what_stays(client, harbor, person, here):
    _sign_in(client, harbor)

    page = client.get(here).content.decode()

    assert "<dt>Contacts</dt>" in page
    assert "1 line of the consent ledger" in page
    assert "QuickBooks is the book of record" in page
    assert NUMBER in page
    assert here in client.get(person.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.VIEWER, 403), (Role.BOOKKEEPER, 403), (Role.MANAGER, 200)]
)
def test_it_is_for_managers_and_owners(client, harbor, here, role, status):
    _sign_in(client, harbor, role)

    assert client.get(here).status_code == status
    assert client.post(f"{here}file/").status_code == status


def test_the_file_is_handed_out_and_on_record(client, harbor, person, here):
    manager = _sign_in(client, harbor)

    answer = client.post(f"{here}file/")

    archive = zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content)))
    assert "person.json" in archive.namelist()
    assert answer["Content-Disposition"] == f'attachment; filename="person-{person.pk}.zip"'
    assert Entry.objects.get(verb="person.exported").by == manager


def test_an_erasure_wants_a_reason_and_the_name(client, harbor, person, here):
    _sign_in(client, harbor)

    for form in ({"reason": "Letter", "name": "Somebody"}, {"reason": "", "name": person.name}):
        answer = client.post(f"{here}erase/", form)
        assert answer.status_code == 422
    person.refresh_from_db()

    assert person.erased_at is None
    assert (
        "This is not the name of this customer."
        in client.post(f"{here}erase/", {"reason": "Letter", "name": "Somebody"}).content.decode()
    )


def test_an_erased_person_is_told_as_such_on_every_screen(client, harbor, person, here):
    manager = _sign_in(client, harbor)

    answer = client.post(
        f"{here}erase/", {"reason": "Letter of Nov 2", "name": "rosalind quimby "}, follow=True
    )

    assert "This person was erased" in answer.content.decode()
    assert Entry.objects.get(verb="person.erased").by == manager
    for tab in ("timeline", "contacts", "notes"):
        page = client.get(f"{person.get_absolute_url()}?tab={tab}").content.decode()
        assert "Erased on request" in page
        assert "Rosalind" not in page
        assert "0177" not in page
    sealing.seal_waiting(now=NOW)
    assert verifying.verify().breach is None


def test_nobody_reaches_another_companys_person(client, harbor, person):
    other = factories.company(slug="other")
    _sign_in(client, other)

    assert client.get(f"/c/other/setup/persons/{person.pk}/").status_code == 404
    assert client.get(f"/c/harbor/setup/persons/{person.pk}/").status_code == 404
