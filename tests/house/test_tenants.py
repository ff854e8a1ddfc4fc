"""What is typed into forms and addresses: foreign numbers and nonsense, at every place."""

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import F
from django.test import Client

from arbook.companies.models import Company, Role
from messaging.models import Message
from tests.factories import TODAY
from tests.house.lived_in import LivedIn, lived_in
from tests.house.places import places

pytestmark = pytest.mark.django_db

NAMES = """
    account_sid act action address alert_email amount anchor approval as_of auth_token body
    bot_token books_max_age_minutes bucket channel choice closes color contact content_hash
    currency customer customer_id day due_on email evidence export falls_back_to_mail
    form-0-day form-TOTAL_FORMS form-INITIAL_FORMS from id invoice invoices is_primary
    is_sensitive key kind language mail_only message messaging_service min_balance mode name next
    next_step not_before_due note outcome owner page part per_page phone q quiet_until
    reason replaces reply_email review_above role seen set secret_key sends_from sends_until
    show sort source state step subject template test_email test_phone text then thread
    timezone to touches_per_week undo_seconds until webhook_secret wording written
""".split()  # noqa: SIM905

NONSENSE = [
    "\x00",
    "-1",
    "99999999999999999999999999",
    "NaN",
    "2026-02-31",
    "'\"><script>alert(1)</script> ٣ الف é\u202e",
    "x" * 5000,
]


@pytest.fixture
def here():
    return lived_in("here")


@pytest.fixture
def there():
    return lived_in("there")


@pytest.fixture
def owner(here):
    client = Client(raise_request_exception=False)
    client.force_login(here.people[Role.OWNER])
    return client


@pytest.mark.parametrize(
    ("method", "nonsense"),
    [*(("post", one) for one in NONSENSE), *(("get", one) for one in NONSENSE[::3])],
    ids=range(len(NONSENSE) + len(NONSENSE[::3])),
)
def test_nonsense_is_answered_and_breaks_nothing(here, owner, method, nonsense):
    given, broken = dict.fromkeys(NAMES, nonsense), {}
    for place in places():
        if place.route.endswith("connections/sync/"):
            continue  # takes no input, and waits for a vendor
        answer = getattr(owner, method)(place.path(here.values), given)
        if answer.status_code >= 500:
            broken[place.route] = answer.status_code
        elif not answer.streaming and "<script>alert(1)" in answer.content.decode(
            "utf-8", "replace"
        ):
            broken[place.route] = "unescaped"

    assert broken == {}


def test_no_form_reaches_into_another_company(here, there, owner):
    before = _rows_of(there.company)

    for given in _foreign(here, there):
        for place in places():
            if place.route.endswith("connections/sync/"):
                continue
            answer = owner.post(place.path(here.values), given)
            assert answer.status_code < 500, place.route

    assert _rows_of(there.company) == before
    assert _arrows_between_companies() == []


def test_the_arrows_are_really_looked_at(here, there):
    """The check above would see a row of one company that points at a row of another."""
    with connection.cursor() as cursor:
        # The database refuses such a row; its triggers sleep for this one.
        cursor.execute("SET LOCAL session_replication_role = 'replica'")
    Message.objects.filter(company=here.company).update(contact=there.values["contact_id"])

    assert _arrows_between_companies() == ["messaging.Message.contact"]


def _foreign(here: LivedIn, there: LivedIn) -> list[dict]:
    """Bodies that would pass every other check, but name the other company's rows."""
    theirs = there.values
    message = Message.objects.get(pk=theirs["message_id"])
    day = str(TODAY.replace(year=TODAY.year + 1))
    common = {
        "seen": f"{message.pk}-{message.content_hash}",
        "invoice": theirs["invoice_id"],
        "invoices": theirs["invoice_id"],
        "customer": theirs["customer_id"],
        "customer_id": theirs["customer_id"],
        "contact": theirs["contact_id"],
        "thread": theirs["thread_id"],
        "message": theirs["message_id"],
        "address": theirs["contact_id"],
        "owner": there.people[Role.BOOKKEEPER].pk,
        "id": theirs["message_id"],
        "amount": "10.00",
        "due_on": day,
        "until": day,
        "note": "Because.",
        "reason": "Because.",
        "outcome": "other",
        "wording": "Please text me.",
        "evidence": "On the phone.",
        "kind": "text",
        "language": "en",
        "source": "phone",
    }
    return [common, common | {"address": message.address, "outcome": "paid", "kind": "note"}]


def _rows_of(company: Company) -> dict[str, str]:
    """A fingerprint of every row that carries the company's number."""
    seen = {}
    with connection.cursor() as cursor:
        for model in apps.get_models():
            if any(field.name == "company" for field in model._meta.local_fields):
                cursor.execute(
                    "SELECT count(*) || coalesce(md5(string_agg(row::text, '|' ORDER BY row::text))"
                    f", '') FROM \"{model._meta.db_table}\" AS row WHERE company_id = %s",
                    [company.pk],
                )
                seen[model._meta.label] = cursor.fetchone()[0]
    assert len(seen) > 20
    return seen


def _arrows_between_companies() -> list[str]:
    """Foreign keys of rows of one company that point at rows of another."""
    owned = {
        model
        for model in apps.get_models()
        if any(field.name == "company" for field in model._meta.local_fields)
    }
    return sorted(
        f"{model._meta.label}.{field.name}"
        for model in owned
        for field in model._meta.local_fields
        if field.is_relation and field.related_model in owned
        if model._base_manager.exclude(**{field.name: None})
        .exclude(company=None)
        .exclude(**{f"{field.name}__company": None})
        .exclude(company=F(f"{field.name}__company"))
        .exists()
    )
