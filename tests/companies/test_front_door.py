"""Waits after wrong passwords, the second factor, the password again, sessions, and the record."""

import re
import time

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client

from arbook.audit.models import Entry
from arbook.companies import lockout
from arbook.companies.models import Role
from arbook.outbox.drain import drain
from arbook.setup import front_door, members
from arbook.web import limits
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
NEW = "eleven-blue-lamps"
HERE, ELSEWHERE = "203.0.113.5", "198.51.100.9"


@pytest.fixture(autouse=True)
def real_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental")


@pytest.fixture
def owner(company):
    return factories.member(company, Role.OWNER)


def _sign_in(client: Client, email: str, password: str = PASSWORD, address: str = HERE):
    return client.post(
        "/accounts/login/", {"login": email, "password": password}, REMOTE_ADDR=address
    )


def _is_in(client: Client) -> bool:
    return client.get("/c/harbor/").status_code == 200


def _verbs() -> list[str]:
    return list(Entry.objects.order_by("pk").values_list("verb", flat=True))


# --- Wrong passwords -----------------------------------------------------------------------------


def test_tries_wait_after_five_and_the_right_password_waits_too(client, owner):
    for _ in range(lockout.FREE):
        assert "not correct" in _sign_in(client, owner.email, "wrong").content.decode()

    answer = _sign_in(client, owner.email)

    assert "Too many failed" in answer.content.decode()
    assert not _is_in(client)
    assert _verbs()[-2:] == ["signin.failed", "signin.locked"]


def test_a_stranger_locks_out_himself_and_nobody_else(client, owner):
    for _ in range(lockout.FREE + 3):
        _sign_in(Client(), owner.email, "wrong", ELSEWHERE)

    _sign_in(client, owner.email)

    assert _is_in(client)


def test_waits_grow_and_end(monkeypatch):
    now = [time.time()]
    monkeypatch.setattr(lockout, "time", lambda: now[0])
    waits = [lockout.failed("a@b.example", address=HERE) for _ in range(14)]

    assert waits[:4] == [0, 0, 0, 0]
    assert waits[4:8] == [30, 60, 120, 240]
    assert max(waits) == lockout.LONGEST_WAIT
    assert 0 < lockout.admit("A@B.example", address=HERE, is_known=False) <= 3600
    assert lockout.admit("a@b.example", address=ELSEWHERE, is_known=False) == 0
    now[0] += lockout.LONGEST_WAIT + 1
    assert lockout.admit("a@b.example", address=HERE, is_known=False) == 0


def test_at_the_end_of_a_wait_one_try_at_a_time_is_looked_at(monkeypatch):
    now = [time.time()]
    monkeypatch.setattr(lockout, "time", lambda: now[0])
    for _ in range(lockout.FREE):
        lockout.failed("a@b.example", address=HERE)
    now[0] += lockout.FIRST_WAIT + 1

    def ask(address=HERE) -> int:
        return lockout.admit("A@b.example", address=address, is_known=True)

    assert [ask() for _ in range(4)] == [0, *[lockout.TRY_SECONDS] * 3]
    assert ask(ELSEWHERE) == 0
    wait = lockout.failed("a@b.example", address=HERE)
    assert (wait, ask()) == (60, 60)
    now[0] += wait + 1
    assert ask() == 0
    lockout.forgive("a@b.example", address=HERE)
    assert [ask() for _ in range(4)] == [0] * 4


def test_the_try_that_brings_the_first_wait_is_alone_too():
    for _ in range(lockout.FREE - 1):
        lockout.failed("a@b.example", address=HERE)

    asked = [lockout.admit("a@b.example", address=HERE, is_known=False) for _ in range(3)]

    assert asked == [0, lockout.TRY_SECONDS, lockout.TRY_SECONDS]


def test_a_wait_is_recorded_once_however_often_somebody_comes(owner):
    for _ in range(lockout.FREE + 6):
        _sign_in(Client(), owner.email, "wrong")
    for _ in range(lockout.FREE + 1):
        _sign_in(Client(), owner.email, "wrong", ELSEWHERE)

    assert _verbs().count("signin.failed") == 2 * lockout.FREE
    assert _verbs().count("signin.locked") == 2


def test_strangers_write_so_much_into_the_record_and_hide_nobodys_tries_by_it(owner, monkeypatch):
    monkeypatch.setattr(limits, "time", lambda: 1_800_000_000.0)
    for _ in range(front_door.WRITTEN.count - 1):
        limits.count("signin-record", f"address {HERE}", front_door.WRITTEN)
    for number in range(3):
        _sign_in(Client(), f"nobody{number}@desk.example", "wrong")

    assert Entry.objects.filter(verb="signin.failed").count() == 1
    _sign_in(Client(), owner.email, "wrong")
    last = Entry.objects.filter(verb="signin.failed").order_by("pk").last()
    assert last.mentions.get().subject_id == owner.pk


def test_tries_from_everywhere_slow_down_only_unknown_browsers(owner):
    mine = Client()
    _sign_in(mine, owner.email)
    mine.post("/accounts/logout/")
    for number in range(lockout.SPREAD):
        lockout.failed(owner.email, address=f"2001:db8::{number}")

    foreign = Client()
    assert "Too many failed" in _sign_in(foreign, owner.email).content.decode()
    _sign_in(mine, owner.email)
    assert _is_in(mine)


def test_an_account_that_does_not_exist_answers_like_one_that_does(owner):
    def story(email: str) -> list[tuple[int, str]]:
        client = Client()
        seen = []
        for _ in range(lockout.FREE + 2):
            answer = _sign_in(client, email, "wrong")
            words = re.sub(r"(value|csrf|token)[^>]*>", "", answer.content.decode())
            seen.append((answer.status_code, words.replace(email, "")))
        return seen

    assert story("nobody@desk.example") == story(owner.email)
    assert Entry.objects.filter(verb="signin.locked").count() == 2


def test_all_processes_count_together(owner):
    """What counts is in PostgreSQL, not in this process."""
    from django.db import connection

    _sign_in(Client(), owner.email, "wrong")

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM web_remembered WHERE key LIKE '%%lockout:count%%'")
        assert cursor.fetchone()[0] == 1
        cursor.execute("SELECT count(*) FROM web_remembered WHERE key LIKE %s",
                       [f"%{owner.email}%"])  # fmt: skip
        assert cursor.fetchone()[0] == 0


def test_a_proxy_in_front_is_believed_only_when_it_is_ours(client, owner, settings):
    from arbook.web.limits import client_ip

    request = client.get("/robots.txt", headers={"X-Forwarded-For": "9.9.9.9, 8.8.8.8"})
    assert client_ip(request.wsgi_request) == "127.0.0.1"
    settings.TRUSTED_PROXIES = 1
    assert client_ip(request.wsgi_request) == "8.8.8.8"
    settings.TRUSTED_PROXIES = 5
    assert client_ip(request.wsgi_request) == "127.0.0.1"


# --- The second factor ---------------------------------------------------------------------------


@pytest.fixture
def strict():
    return factories.company(slug="harbor", name="Harbor Dental", second_factor_required=True)


@pytest.mark.parametrize("role", [Role.MANAGER, Role.OWNER])
def test_without_a_second_factor_a_strict_company_stays_closed(strict, role):
    client = Client()
    client.force_login(factories.member(strict, role))

    for answer in (
        client.get("/c/harbor/"),
        client.post("/c/harbor/setup/stop/", {"reason": "x"}),
        client.get("/c/harbor/customers/export/csv/"),
    ):
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/second-factor/")
    fragment = client.get("/c/harbor/", headers={"HX-Request": "true"})
    assert (fragment.status_code, fragment["HX-Redirect"]) == (204, "/accounts/second-factor/")
    page = client.get("/accounts/second-factor/").content.decode()
    assert "Harbor Dental" in page and "Set up your second factor" in page


def test_nor_is_it_seen_or_let_go_on_from_above_all_companies(strict):
    person = factories.member(strict, Role.OWNER)
    beside = factories.company(slug="brook", name="Brook Bakery")
    beside.memberships.create(user=person, role=Role.OWNER)
    client = Client()
    client.force_login(person)

    home = client.get("/")
    resumed = client.post("/stop-everything/", {"resume": "1"})

    assert (home.status_code, home["Location"]) == (302, "/c/brook/")
    assert (resumed.status_code, resumed["Location"]) == (302, "/accounts/second-factor/")
    beside.memberships.all().delete()
    assert client.get("/")["Location"] == "/accounts/second-factor/"


def test_support_sees_a_strict_company_with_a_second_factor_only(strict):
    factories.customer(strict, name="Ada Lane")
    factories.customer(factories.company(slug="brook"), name="Ben Moss")
    support = factories.user(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(support)

    page = client.get("/support/customers/customer/").content.decode()
    assert "Ben Moss" in page and "Ada Lane" not in page

    totp.TOTP.activate(support, "JBSWY3DPEHPK3PXP")
    type(support).objects.filter(pk=support.pk).update(recovery_codes_saved_at=NOW)
    assert "Ada Lane" in client.get("/support/customers/customer/").content.decode()


@pytest.mark.parametrize("role", [Role.VIEWER, Role.BOOKKEEPER])
def test_who_cannot_approve_needs_none(strict, role):
    client = Client()
    client.force_login(factories.member(strict, role))

    assert _is_in(client)


@pytest.mark.django_db(transaction=True)
def test_it_opens_once_the_codes_are_said_to_be_kept(strict, sandbox):
    person = factories.member(strict, Role.MANAGER)
    client = Client()
    _sign_in(client, person.email)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    counter = next(iter(totp.yield_hotp_counters_from_time()))
    code = totp.format_hotp_value(totp.hotp_value(secret, counter))

    answer = client.post("/accounts/2fa/totp/activate/", {"code": code})

    assert answer.url == "/accounts/2fa/recovery-codes/"
    assert "I have saved them" in client.get(answer.url).content.decode()
    assert not _is_in(client)
    client.post("/accounts/second-factor/saved/")
    assert _is_in(client)
    assert secret not in str(list(Authenticator.objects.values("data")))

    client.post("/accounts/2fa/recovery-codes/generate/")
    assert not _is_in(client)


def test_digits_cannot_be_tried_through(owner):
    totp.TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
    client = Client()
    _sign_in(client, owner.email)

    said = [
        client.post("/accounts/2fa/authenticate/", {"code": f"{number:06d}"}).content.decode()
        for number in range(8)
    ]

    assert "Incorrect code" in said[0]
    assert "Too many failed" in said[-1]
    assert "second_factor.failed" in _verbs()


# --- The password again --------------------------------------------------------------------------

SENSITIVE = [
    ("get", "/c/harbor/customers/export/csv/"),
    ("get", "/c/harbor/invoices/?export=xlsx"),
    ("get", "/c/harbor/invoices/aging/?export=csv"),
    ("get", "/c/harbor/invoices/data-to-fix/?export=csv"),
    ("get", "/c/harbor/money/?export=csv"),
    ("get", "/c/harbor/setup/connections/stripe/"),
    ("post", "/c/harbor/setup/connections/stripe/"),
    ("post", "/c/harbor/setup/connections/quickbooks/start/"),
    ("post", "/c/harbor/setup/connections/stripe/disconnect/"),
    ("post", "/c/harbor/setup/members/"),
    ("post", "/c/harbor/setup/settings/"),
]


def _long_ago(client: Client) -> None:
    session = client.session
    session["signed_in_at"] = time.time() - 3600
    session.pop("account_authentication_methods", None)
    session.save()


@pytest.mark.parametrize(("method", "path"), SENSITIVE)
def test_what_cannot_be_taken_back_asks_for_the_password_again(company, owner, method, path):
    client = Client()
    client.force_login(owner)
    _long_ago(client)

    answer = getattr(client, method)(path)
    fragment = getattr(client, method)(path, headers={"HX-Request": "true"})

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/reauthenticate/?next=")
    assert fragment.status_code == 204
    assert fragment["HX-Redirect"].startswith("/accounts/reauthenticate/?next=")


@pytest.mark.parametrize(
    "path", ["/c/harbor/", "/c/harbor/customers/", "/c/harbor/invoices/", "/c/harbor/money/",
             "/c/harbor/setup/members/", "/c/harbor/setup/settings/"]
)  # fmt: skip
def test_looking_does_not(company, owner, path):
    client = Client()
    client.force_login(owner)
    _long_ago(client)

    assert client.get(path).status_code == 200


def test_an_act_goes_on_where_it_was_left(company, owner):
    client = Client()
    _sign_in(client, owner.email)
    _long_ago(client)
    asked = client.post(
        "/c/harbor/setup/members/", {"email": "new@desk.example", "role": Role.VIEWER}
    )

    back = asked.url.partition("?next=")[2].replace("%2F", "/")
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": back})

    assert company.memberships.filter(user__email="new@desk.example").exists()


def test_a_wrong_password_does_not_let_it_go_on(company, owner):
    client = Client()
    _sign_in(client, owner.email)
    _long_ago(client)
    client.post("/c/harbor/setup/members/", {"email": "new@desk.example", "role": Role.VIEWER})

    client.post("/accounts/reauthenticate/", {"password": "wrong", "next": "/"})

    assert company.memberships.count() == 1
    assert client.get("/c/harbor/customers/export/csv/").status_code == 302


def test_a_secret_that_was_typed_is_not_kept_while_the_password_is_asked(company, owner):
    client = Client()
    client.force_login(owner)
    _long_ago(client)

    client.post("/c/harbor/setup/connections/stripe/", {"secret_key": "sk_live_do_not_keep"})

    assert "sk_live_do_not_keep" not in str(dict(client.session))


# --- One's own address ---------------------------------------------------------------------------

ADDRESSES = "/accounts/email/"


def test_nobody_takes_an_address_that_is_not_proved_to_be_theirs(company, owner, sandbox):
    was, wanted = owner.email, "new.hire@brook.example"
    client = Client()
    _sign_in(client, was)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    client.post(ADDRESSES, {"action_add": "", "email": wanted})

    client.post(ADDRESSES, {"action_primary": "", "email": wanted})

    owner.refresh_from_db()
    assert owner.email == was
    EmailAddress.objects.filter(email=wanted).update(verified=True)
    client.post(ADDRESSES, {"action_primary": "", "email": wanted})
    owner.refresh_from_db()
    assert owner.email == wanted


def test_another_address_asks_for_the_password_again(company, owner):
    client = Client()
    client.force_login(owner)
    _long_ago(client)

    answer = client.post(ADDRESSES, {"action_add": "", "email": "thief@else.example"})

    assert answer["Location"].startswith("/accounts/reauthenticate/")
    assert not EmailAddress.objects.filter(email="thief@else.example").exists()


# --- Sessions ------------------------------------------------------------------------------------


def _browsers(person, *agents: str) -> list[Client]:
    clients = [Client(headers={"User-Agent": agent}) for agent in agents]
    for client in clients:
        _sign_in(client, person.email)
    return clients


def test_sessions_are_listed_and_ended_one_by_one(company, owner):
    here, there = _browsers(owner, "Mozilla Firefox/140 Windows", "Mozilla Chrome/150 Android")

    page = here.get("/accounts/sessions/").content.decode()
    for words in ("Firefox on Windows", "Chrome on Android", "This one"):
        assert words in page
    row = UserSession.objects.get(user_agent__contains="Android")
    here.post(f"/accounts/sessions/{row.pk}/end/")

    assert not _is_in(there)
    assert _is_in(here)
    assert _verbs()[-1] == "session.ended"


def test_all_others_are_ended_at_once(company, owner):
    here, *others = _browsers(owner, "one", "two", "three")

    here.post("/accounts/sessions/")

    assert _is_in(here)
    assert not any(_is_in(other) for other in others)


def test_nobody_ends_the_session_of_somebody_else(company, owner):
    (theirs,) = _browsers(owner, "one")
    (mine,) = _browsers(factories.member(company, Role.OWNER), "two")
    row = UserSession.objects.get(user=owner)

    assert mine.post(f"/accounts/sessions/{row.pk}/end/").status_code == 404
    assert _is_in(theirs)


def test_a_new_password_ends_every_other_session(company, owner):
    here, there = _browsers(owner, "one", "two")

    here.post(
        "/accounts/password/change/",
        {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW},
    )

    assert _is_in(here)
    assert not _is_in(there)
    assert "signin.password_changed" in _verbs()


def test_a_removed_member_is_out_at_once(company, owner):
    person = factories.member(company, Role.MANAGER)
    (client,) = _browsers(person, "one")
    assert _is_in(client)

    members.remove(company.memberships.get(user=person), by=owner, now=NOW)

    assert client.get("/c/harbor/").status_code == 404


def test_a_lower_role_holds_at_once(company, owner):
    person = factories.member(company, Role.OWNER)
    (client,) = _browsers(person, "one")
    assert client.get("/c/harbor/setup/settings/").status_code == 200

    members.change(company.memberships.get(user=person), role=Role.VIEWER, by=owner, now=NOW)

    assert client.get("/c/harbor/setup/settings/").status_code == 403


def test_the_last_owner_stays(company, owner):
    row = company.memberships.get(user=owner)

    with pytest.raises(members.MemberRefused, match="needs an owner"):
        members.remove(row, by=owner, now=NOW)
    with pytest.raises(members.MemberRefused, match="needs an owner"):
        members.change(row, role=Role.VIEWER, by=owner, now=NOW)


# --- Letters and the record ----------------------------------------------------------------------


def test_a_browser_never_used_before_is_told_by_mail_once(company, owner, sandbox):
    first, second = Client(), Client(headers={"User-Agent": "Mozilla Firefox/140 Windows"})
    _sign_in(first, owner.email)
    drain(now=lambda: NOW, kinds=["setup.new_browser"])
    assert not sandbox.mailbox  # the very first sign-in is no news

    for _ in range(2):
        _sign_in(second, owner.email, address=ELSEWHERE)
        second.post("/accounts/logout/")
    _sign_in(second, owner.email, address=ELSEWHERE)
    drain(now=lambda: NOW, kinds=["setup.new_browser"])

    told = [letter for letter in sandbox.mailbox if letter.subject == "New sign-in to arbook"]
    assert len(told) <= 1


def test_the_letter_says_from_where(company, owner, sandbox):
    _sign_in(Client(), owner.email)

    _sign_in(Client(headers={"User-Agent": "Firefox/140"}), owner.email, address=ELSEWHERE)
    drain(now=lambda: NOW, kinds=["setup.new_browser"])

    [letter] = sandbox.mailbox
    assert letter.to == [owner.email]
    assert ELSEWHERE in letter.text and "Firefox/140" in letter.text
    assert "change your password" in letter.text


def test_a_changed_second_factor_is_told_by_mail(company, owner, sandbox):
    totp.TOTP.activate(owner, "JBSWY3DPEHPK3PXP")
    RecoveryCodes.activate(owner)
    client = Client()
    client.force_login(owner)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})

    client.post("/accounts/2fa/totp/deactivate/")

    assert not Authenticator.objects.exists()
    [letter] = sandbox.mailbox
    assert "deactivated" in letter.text and "choose a new password" in letter.text


def test_the_record_holds_numbers_and_no_addresses(company, owner):
    _sign_in(Client(), owner.email, "wrong")
    _sign_in(Client(headers={"User-Agent": "Firefox/140"}), owner.email)

    written = str(list(Entry.objects.filter(verb__startswith="signin").values()))

    assert _verbs() == ["signin.failed", "signin.done"]
    assert Entry.objects.get(verb="signin.failed").mentions.get().subject_id == owner.pk
    for word in (owner.email, HERE, "Firefox", PASSWORD, "wrong"):
        assert word not in written


def test_the_shared_cache_forgets_in_time_and_counts_once(monkeypatch):
    assert cache.add("k", 1, timeout=60)
    assert not cache.add("k", 5, timeout=60)
    assert cache.incr("k") == 2
    cache.set("gone", [1.5, "x"], timeout=-1)
    assert cache.get("gone") is None
    assert cache.add("gone", 7, timeout=60)
    assert cache.get("gone") == 7
    with pytest.raises(ValueError, match="not there"):
        cache.incr("never")
