import re

import pytest
from django.core.management import call_command

from arbook.companies.models import Role, User
from arbook.outbox.drain import drain
from arbook.setup import members
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db
NEW = "eleven-blue-lamps"


@pytest.fixture(autouse=True)
def real_mail(settings):
    """The test runner would keep allauth's mails to itself."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def company():
    return factories.company(slug="harbor", name="Harbor Dental")


def _link(text: str) -> str:
    return re.search(r"http://[^\s]+(/accounts/password/reset/key/[^\s]+)", text)[1]


def _choose(client, link: str, password: str = NEW):
    form = client.get(link).url  # the key moves into the session
    return client.post(form, {"password1": password, "password2": password})


def _can_sign_in(client, email: str, password: str) -> bool:
    client.logout()
    return (
        client.post("/accounts/login/", {"login": email, "password": password}).status_code == 302
    )


def test_nobody_signs_up_alone(client):
    page = client.get("/accounts/signup/")

    assert "By invitation" in page.content.decode()
    client.post(
        "/accounts/signup/", {"email": "me@nowhere.example", "password1": NEW, "password2": NEW}
    )
    assert not User.objects.exists()


def test_an_invited_person_sets_a_password_by_the_link_in_the_mail(client, company, sandbox):
    owner = factories.member(company, Role.OWNER)
    members.invite(company, email="New@Desk.example", role=Role.MANAGER, by=owner, now=NOW)
    drain(now=lambda: NOW, kinds=["setup.invite"])

    [letter] = sandbox.mailbox
    assert letter.to == ["new@desk.example"]
    assert letter.subject == "Your access to Harbor Dental"
    assert f"{owner} gave you access to Harbor Dental in arbook, as manager." in letter.text
    _choose(client, _link(letter.text))

    assert _can_sign_in(client, "new@desk.example", NEW)
    assert client.get("/c/harbor/").status_code == 200


def test_the_link_works_once(client, company, sandbox):
    members.invite(company, email="new@desk.example", role=Role.VIEWER, by=None, now=NOW)
    drain(now=lambda: NOW, kinds=["setup.invite"])
    link = _link(sandbox.mailbox[0].text)
    _choose(client, link)

    again = client.get(link, follow=True)

    assert "Bad Token" in again.content.decode() or "invalid" in again.content.decode()
    assert _can_sign_in(client, "new@desk.example", NEW)


def test_no_link_is_kept_in_our_own_tables(company, sandbox):
    members.invite(company, email="new@desk.example", role=Role.VIEWER, by=None, now=NOW)
    drain(now=lambda: NOW, kinds=["setup.invite"])
    key = _link(sandbox.mailbox[0].text).rstrip("/").rpartition("/")[2]

    from arbook.audit.models import Entry
    from arbook.outbox.models import Effect

    kept = [*Effect.objects.values(), *Entry.objects.values()]
    assert kept and key not in str(kept)


def test_somebody_with_a_password_is_sent_to_the_company(company, sandbox):
    person = factories.user()
    members.invite(company, email=person.email.upper(), role=Role.VIEWER, by=None, now=NOW)
    drain(now=lambda: NOW, kinds=["setup.invite"])

    [letter] = sandbox.mailbox
    assert "/c/harbor/" in letter.text
    assert "password" not in letter.text
    assert person.memberships.get().company == company


def test_somebody_removed_before_the_mail_left_hears_nothing(company, sandbox):
    owner = factories.member(company, Role.OWNER)
    row = members.invite(company, email="n@desk.example", role=Role.VIEWER, by=owner, now=NOW)
    members.remove(row, by=owner, now=NOW)

    drain(now=lambda: NOW, kinds=["setup.invite"])

    assert not sandbox.mailbox


@pytest.mark.parametrize("how", ["never had one", "has one", "by command"])
def test_forgot_password_works_for_everybody_who_was_invited(client, company, sandbox, how):
    email = "p@desk.example"
    if how == "never had one":
        members.invite(company, email=email, role=Role.VIEWER, by=None, now=NOW)
    elif how == "has one":
        factories.user(email=email)
    else:
        call_command("company", "harbor", "--member", f"{email}:viewer")

    client.post("/accounts/password/reset/", {"email": email})

    [letter] = sandbox.mailbox
    assert letter.subject == "Choose a new password for arbook"
    _choose(client, _link(letter.text))
    assert _can_sign_in(client, email, NEW)


def test_a_strangers_address_gets_no_mail_and_the_same_page(client, company, sandbox):
    factories.user(email="known@desk.example")

    unknown = client.post("/accounts/password/reset/", {"email": "who@desk.example"})
    known = client.post("/accounts/password/reset/", {"email": "known@desk.example"})

    assert (unknown.status_code, unknown.url) == (known.status_code, known.url)
    assert [letter.to for letter in sandbox.mailbox] == [["known@desk.example"]]


def test_a_mail_server_that_is_away_is_said_and_no_fault_of_ours(client, settings):
    settings.EMAIL_PORT = 1
    factories.user(email="known@desk.example")

    page = client.post("/accounts/password/reset/", {"email": "known@desk.example"}, follow=True)

    assert page.status_code == 200
    assert "The mail server does not answer" in page.content.decode()


def test_a_weak_password_is_refused(client, company, sandbox):
    members.invite(company, email="new@desk.example", role=Role.VIEWER, by=None, now=NOW)
    drain(now=lambda: NOW, kinds=["setup.invite"])

    answer = _choose(client, _link(sandbox.mailbox[0].text), "12345678")

    assert "entirely numeric" in answer.content.decode()
    assert not _can_sign_in(client, "new@desk.example", "12345678")


def test_an_inactive_person_cannot_be_invited_or_sign_in(client, company):
    factories.user(email="left@desk.example", is_active=False)

    with pytest.raises(members.MemberRefused, match="may not sign in any more"):
        members.invite(company, email="left@desk.example", role=Role.VIEWER, by=None, now=NOW)
    client.post(
        "/accounts/login/", {"login": "left@desk.example", "password": "correct horse battery"}
    )
    assert client.get("/").url.startswith("/accounts/login/")


# --- The second factor ---------------------------------------------------------------------------


def test_a_second_factor_is_switched_on_and_then_asked_for(client, company):
    from allauth.mfa.totp.internal import auth as totp

    person = factories.member(company)
    password = "correct horse battery"
    client.post("/accounts/login/", {"login": person.email, "password": password})

    asked = client.get("/accounts/2fa/totp/activate/").url
    assert client.get(asked).status_code == 200
    page = client.post(asked, {"password": password}, follow=True)
    secret = client.session["mfa.totp.secret"]
    assert page.status_code == 200
    assert secret in page.content.decode().replace(" ", "")
    code = totp.format_hotp_value(
        totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time())))
    )
    client.post("/accounts/2fa/totp/activate/", {"code": code})

    client.logout()
    answer = client.post("/accounts/login/", {"login": person.email, "password": password})
    assert answer.url.startswith("/accounts/2fa/authenticate/")
    assert client.get("/").url.startswith("/accounts/login/")
    assert "six digits" in client.get(answer.url).content.decode()


@pytest.mark.parametrize(
    "path",
    ["/accounts/2fa/", "/accounts/password/change/", "/accounts/email/", "/accounts/logout/"],
)
def test_the_account_pages_are_dressed(client, company, path):
    client.post(
        "/accounts/login/",
        {"login": factories.member(company).email, "password": "correct horse battery"},
    )

    page = client.get(path)

    assert page.status_code == 200
    assert "arbook" in page.content.decode()
    assert " style=" not in page.content.decode()
    assert "onclick" not in page.content.decode()
