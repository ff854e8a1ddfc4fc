"""Two companies, every place, every role: nothing of the other one is ever in an answer.

Every text of the other company carries a mark, so that whatever leaks says so, also where no test
thought of it: in files, fragments, headings, titles, lists to choose from, error sentences.
"""

import re
from io import BytesIO
from itertools import cycle, islice

import pytest
from django.apps import apps
from django.db import connection, models
from django.test import Client
from openpyxl import load_workbook

from arbook.companies.models import Company, Role
from messaging.models import Message
from reconciliation import paylinks
from reconciliation.models import PayLink
from tests.house.lived_in import LivedIn, lived_in
from tests.house.places import places

pytestmark = pytest.mark.django_db
MARK = "zqxforeign"
FUZZ = ["0", "99999999999999999999", "-1", "1e3", "%00", "..%2f", "' or 1=1--", "١"]
# What the product reads as a choice, a day or an address must stay one.
KEPT = {"state", "slug", "timezone", "currency", "color", "mode", "channel", "medium", "kind",
        "purpose", "direction", "vendor", "language", "link_key", "content_hash", "step_key",
        "invoice_set", "address", "stage", "source", "action", "method", "failure", "lane",
        "key", "reason", "closed_as", "urgency", "anchor"}  # fmt: skip


@pytest.fixture
def here():
    return lived_in("here")


@pytest.fixture
def there():
    other = lived_in("there")
    assert _mark(other.company) > 40
    return other


def _mark(company: Company) -> int:
    """Write the mark in front of every free text of the company; how many columns took it."""
    marked = 0
    with connection.cursor() as cursor:
        for model in apps.get_models():
            mine = [one for one in model._meta.local_fields if one.name == "company"]
            if (not mine and model is not Company) or model._meta.label == "audit.Entry":
                continue
            for field in model._meta.local_fields:
                free = type(field) in (models.CharField, models.TextField) and not field.choices
                if not free or field.name in KEPT or field.unique:
                    continue
                size = field.max_length or 500
                where = "id" if model is Company else "company_id"
                cursor.execute(
                    f'UPDATE "{model._meta.db_table}" SET "{field.column}" = '
                    f'left(%s || "{field.column}", %s) WHERE {where} = %s'
                    f' AND "{field.column}" IS NOT NULL',
                    [MARK, size, company.pk],
                )
                marked += bool(cursor.rowcount)
    return marked


def _client(user=None) -> Client:
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def _text(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if "spreadsheet" in answer.headers.get("Content-Type", ""):
        sheet = load_workbook(BytesIO(content)).active
        return str([[cell.value for cell in row] for row in sheet.iter_rows()])
    return content.decode("utf-8", "replace") + str(dict(answer.headers))


def _theirs(there: LivedIn) -> re.Pattern:
    """What gives them away: the mark, their name in an address, their people, their tokens."""
    link = paylinks.token(PayLink.objects.get(company=there.company))
    mails = [person.email for person in there.people.values()]
    known = [MARK, "/c/there/", str(there.company.uuid), link, *mails]
    return re.compile("|".join(map(re.escape, known)), re.I)


def _fingerprint(company: Company) -> dict[str, str]:
    seen = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if any(field.name == "company" for field in model._meta.local_fields):
                cursor.execute(
                    "SELECT coalesce(md5(string_agg(row::text, '|' ORDER BY row::text)), '')"
                    f' FROM "{model._meta.db_table}" AS row WHERE company_id = %s',
                    [company.pk],
                )
                seen[model._meta.label] = cursor.fetchone()[0]
    return seen


def test_the_mark_is_seen_where_it_may_be(there):
    """The search below would find it: their own owner meets it on most pages."""
    owner, met = _client(there.people[Role.OWNER]), 0
    for place in places():
        met += MARK in _text(owner.get(place.path(there.values)))

    assert met > 25


@pytest.mark.parametrize("role", list(Role), ids=lambda role: role.label)
def test_no_page_and_no_fragment_shows_anything_of_theirs(here, there, role):
    client, theirs, leaks = _client(here.people[role]), _theirs(there), {}
    for place in places():
        for headers in ({}, {"HX-Request": "true"}):
            text = _text(client.get(place.path(here.values), headers=headers))
            if found := theirs.search(text):
                leaks[place.route] = found[0]

    assert leaks == {}


@pytest.mark.parametrize("given", [{"q": MARK}, {"export": "xlsx"}], ids=["search", "file"])
def test_no_search_and_no_file_shows_anything_of_theirs(here, there, given):
    client, theirs, leaks = _client(here.people[Role.OWNER]), _theirs(there), {}
    for place in places():
        text = _text(client.get(place.path(here.values | {"kind": "xlsx"}), given))
        # What was asked for is said back in the box it was typed into.
        if found := theirs.search(text.replace(given.get("q", "\0"), "")):
            leaks[place.route] = found[0]

    assert leaks == {}


@pytest.mark.parametrize("method", ["get", "head", "post", "put", "patch", "delete", "options"])
def test_a_foreign_number_opens_nothing_with_any_method(here, there, method):
    client, theirs, wrong = _client(here.people[Role.OWNER]), _theirs(there), {}
    before = _fingerprint(there.company)
    for place in places():
        for name in place.numbers:
            path = place.path(here.values | {name: there.values[name]})
            answer = getattr(client, method)(path)
            if answer.status_code not in (404, 405) or theirs.search(_text(answer)):
                wrong[f"{place.route} with a foreign {name}"] = answer.status_code

    assert wrong == {}
    assert _fingerprint(there.company) == before


def test_nonsense_in_an_address_opens_nothing(here, there):
    client, theirs, wrong = _client(here.people[Role.OWNER]), _theirs(there), {}
    turn = cycle(FUZZ)
    for place in places():
        for name in place.parameters[1:]:
            for nonsense in islice(turn, 3):
                path = place.path(here.values | {name: nonsense})
                answer = client.get(path)
                if answer.status_code >= 500 or theirs.search(_text(answer)):
                    wrong[path] = answer.status_code

    assert wrong == {}


def test_a_foreign_name_in_the_address_is_a_page_that_does_not_exist(here, there):
    for role in Role:
        client = _client(here.people[role])
        for slug in ("there", "THERE", "there%00", str(there.company.pk), str(there.company.uuid)):
            assert client.get(f"/c/{slug}/").status_code == 404
            assert client.get(f"/c/{slug}/customers/export/csv/").status_code == 404


def test_search_does_not_reach_over(here, there):
    client = _client(here.people[Role.OWNER])
    number = there.values["invoice_id"]
    from invoices.models import Invoice

    for words in (MARK, Invoice.objects.get(pk=number).number, str(number)):
        answer = client.get("/c/here/search/", {"q": words}, follow=True)
        text = answer.content.decode().replace(words, "")
        assert MARK not in text and "/c/there/" not in text


def test_a_public_page_shows_what_its_link_proves_and_nothing_else(here, there):
    theirs, guest = _theirs(there), _client()
    link = PayLink.objects.get(company=here.company)
    mail = Message.objects.filter(company=here.company).first()
    Message.objects.filter(pk=mail.pk).update(
        medium=Message.Medium.EMAIL, address="ap@here.example"
    )

    pages = [
        _text(guest.get(f"/pay/{paylinks.token(link)}/")),
        _text(guest.get(f"/pay/{paylinks.token(link)}/done/")),
        _text(guest.get(f"/stop/{mail.uuid}/")),
    ]

    other = here.company.name
    for page in pages:
        assert other in page
        assert not theirs.search(page)
        for secret in ("ap@here.example", "/c/here/", "Please pay $100.00.", "Broken", "Call them"):
            assert secret not in page
