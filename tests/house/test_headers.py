"""What every answer tells the browser, and that no page asks anything of a stranger's server."""

import re
from html.parser import HTMLParser

import pytest
from django.test import Client

from arbook.companies.models import Role
from messaging.models import Message
from reconciliation import paylinks
from reconciliation.models import PayLink
from tests import factories
from tests.house.lived_in import lived_in
from tests.house.places import places

pytestmark = pytest.mark.django_db
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Robots-Tag": "noindex, nofollow",
}
# Where a page may lead somebody who presses: nowhere by itself.
LINKS = re.compile(r"^(/|\?|#|$|mailto:|tel:|http://127\.0\.0\.1|http://testserver)")
FETCHED = {"src", "srcset", "poster", "data", "background", "hx-get", "hx-post", "action",
           "formaction", "manifest", "ping"}  # fmt: skip


class _Addresses(HTMLParser):
    def __init__(self):
        super().__init__()
        self.fetched, self.led = set(), set()

    def handle_starttag(self, tag, attrs):
        for name, value in attrs:
            if name in FETCHED or (name == "href" and tag in ("link", "use", "image", "base")):
                self.fetched.add(value or "")
            elif name == "href":
                self.led.add(value or "")


@pytest.fixture
def here():
    return lived_in("here")


def _client(user=None) -> Client:
    client = Client(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def _body(answer) -> str:
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode("utf-8", "replace")


def _faults(answer) -> list[str]:
    """What is missing or loose among the headers."""
    headers = answer.headers
    found = [f"{name}: {headers.get(name)}" for name, value in ALWAYS.items()
             if headers.get(name) != value]  # fmt: skip
    policy = headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "unsafe" in policy or re.search(r"[^:]\*;", policy):
        found.append(f"policy: {policy}")
    if "frame-ancestors 'none'" not in policy or "base-uri 'none'" not in policy:
        found.append(f"policy: {policy}")
    if "camera=()" not in headers.get("Permissions-Policy", ""):
        found.append("permissions")
    if headers.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
        found.append(f"referrer: {headers.get('Referrer-Policy')}")
    if "no-store" not in headers.get("Cache-Control", ""):
        found.append(f"cache: {headers.get('Cache-Control')}")
    if "attachment" in headers.get("Content-Disposition", "") and "sandbox" not in policy:
        found.append("a file without its sandbox")
    return found


def _strangers(answer) -> list[str]:
    """Addresses of other servers that the page would ask by itself, or lead to."""
    if "html" not in answer.headers.get("Content-Type", ""):
        return []
    parser = _Addresses()
    parser.feed(_body(answer))
    asked = [one for one in parser.fetched if not one.startswith(("/", "?", "data:", "#"))
             and one]  # fmt: skip
    asked += [one for one in parser.fetched if one.startswith("//")]
    return asked + [one for one in parser.led if not LINKS.match(one) or one.startswith("//")]


def _public(here) -> list[str]:
    link = paylinks.token(PayLink.objects.get(company=here.company))
    mail = Message.objects.filter(company=here.company).first()
    mail.medium = Message.Medium.EMAIL
    mail.save(update_fields=["medium"])
    return [f"/pay/{link}/", f"/pay/{link}/done/", f"/stop/{mail.uuid}/"]


def test_every_page_file_and_fragment_of_a_company(here):
    owner, wrong = _client(here.people[Role.OWNER]), {}
    for place in places():
        for headers in ({}, {"HX-Request": "true"}):
            answer = owner.get(place.path(here.values), headers=headers)
            if found := [*_faults(answer), *_strangers(answer)]:
                wrong[place.route] = found

    assert wrong == {}


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_file_is_shut_in(here, kind):
    owner = _client(here.people[Role.OWNER])

    answer = owner.get(f"/c/here/customers/export/{kind}/")

    assert "sandbox" in answer["Content-Security-Policy"]
    assert "attachment" in answer["Content-Disposition"]
    assert _faults(answer) == []
    _body(answer)


@pytest.mark.parametrize(
    "path",
    ["/accounts/login/", "/accounts/password/reset/", "/accounts/signup/", "/accounts/logout/",
     "/accounts/email/", "/accounts/2fa/", "/accounts/sessions/", "/accounts/password/change/",
     "/accounts/reauthenticate/", "/support/", "/support/customers/customer/", "/", "/robots.txt",
     "/nothing/", "/c/nowhere/", "/healthz", "/styleguide/"],
)  # fmt: skip
def test_pages_that_others_made_and_pages_that_are_not_there(here, path):
    here.people[Role.OWNER].is_staff = here.people[Role.OWNER].is_superuser = True
    here.people[Role.OWNER].save()
    for client in (_client(), _client(here.people[Role.OWNER])):
        answer = client.get(path)
        assert _faults(answer) == []
        # The styleguide shows what a message looks like, an invented link included.
        assert path == "/styleguide/" or _strangers(answer) == []


def test_refusals_and_breakdowns(here, settings):
    viewer = _client(here.people[Role.VIEWER])
    forbidden = viewer.get("/c/here/setup/connections/stripe/")
    unmethodic = viewer.put("/c/here/")
    bad_host = viewer.get("/", headers={"Host": "evil.example"})
    unsigned = Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "x"})
    settings.ROOT_URLCONF = "tests.house.broken"
    broken = viewer.get("/broken/")

    told = [forbidden, unmethodic, bad_host, unsigned, broken]
    assert [one.status_code for one in told] == [403, 405, 400, 403, 500]
    assert [_faults(one) for one in told] == [[]] * 5
    assert [_strangers(one) for one in told] == [[]] * 5


def test_what_a_vendor_hears_is_closed_too():
    answer = Client().post("/webhooks/quickbooks/", "{}", content_type="application/json")

    assert answer.status_code in (400, 401, 403)
    assert "html" not in answer.headers.get("Content-Type", "")


def test_public_pages_tell_no_address(here):
    for path in _public(here):
        answer = _client().get(path)
        assert answer.status_code == 200
        assert _faults(answer) == [] and _strangers(answer) == []
        assert answer["Referrer-Policy"] == "no-referrer"
        assert not answer.cookies


def test_forms_may_lead_to_us_and_to_the_two_vendors_one_signs_in_at(client):
    from arbook.settings import _form_targets

    policy = client.get("/accounts/login/")["Content-Security-Policy"]
    targets = re.search(r"form-action ([^;]+)", policy)[1].split()

    assert sorted(targets) == sorted(["'self'", *_form_targets()])


def test_https_is_told_for_a_year(settings):
    settings.SECURE_HSTS_SECONDS = 365 * 24 * 3600
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = settings.SECURE_HSTS_PRELOAD = True
    settings.SECURE_SSL_REDIRECT = True

    answer = Client().get("/accounts/login/", secure=True)

    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert Client().get("/accounts/login/")["Location"].startswith("https://")


def test_static_files_may_be_kept(client):
    answer = client.get("/static/css/tokens.css")

    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" not in answer.headers.get("Cache-Control", "")


def test_search_engines_are_sent_away(client):
    said = client.get("/robots.txt").content.decode()

    assert said == "User-agent: *\nAllow: /pay/\nAllow: /stop/\nDisallow: /\n"


def test_a_company_nobody_knows_and_one_of_others_look_the_same(here):
    stranger = _client(factories.user())

    one, other = stranger.get("/c/here/"), stranger.get("/c/nowhere/")

    def words(answer):
        return re.sub(r"csrf[^>]+>", "", answer.content.decode())

    assert (one.status_code, words(one)) == (other.status_code, words(other))
