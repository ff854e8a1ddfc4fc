"""Signing in: people are invited by an owner, nobody signs up alone; who is here, and since when.

Times are of the real clock: a session does not age when the product's clock is moved.
"""

import contextlib
import logging
from smtplib import SMTPException
from time import time
from urllib.parse import urlencode, urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.reauthentication import suspend_request
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.httpkit import HTTP_USER_AGENT_MAX_LENGTH
from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from arbook.companies import lockout
from arbook.web.limits import client_ip, neighbourhood
from arbook.web.respond import is_fragment

logger = logging.getLogger(__name__)

SIGNED_IN_AT = "signed_in_at"
KNOWN_BROWSER = "arbook_browser"
KNOWN_SECONDS = 365 * 24 * 3600
# On a shared machine the mark names the people who signed in there, up to so many.
KNOWN_PEOPLE = 20


class InvitedOnly(DefaultAccountAdapter):
    """allauth's questions about accounts, answered for a closed house."""

    def is_open_for_signup(self, request) -> bool:
        return False

    def get_client_ip(self, request) -> str:
        return client_ip(request)

    def get_http_user_agent(self, request) -> str:
        return request.headers.get("User-Agent", "unspecified")[:HTTP_USER_AGENT_MAX_LENGTH]

    def send_mail(self, template_prefix: str, email: str, context: dict) -> None:
        """Send at once, and say so when that fails: a link kept for later is a key left lying."""
        try:
            super().send_mail(template_prefix, email, context)
        except (OSError, SMTPException) as error:
            logger.error("mail %s was not sent: %s", template_prefix, error)
            words = "The mail server does not answer. Please try again in some minutes."
            messages.error(self.request, words)
            raise ImmediateHttpResponse(redirect(self.request.path)) from None

    def send_notification_mail(self, template_prefix: str, user, context=None, email=None) -> None:
        """Tell about a change; with the mail server away it has happened all the same."""
        with contextlib.suppress(ImmediateHttpResponse):
            super().send_notification_mail(template_prefix, user, context, email or user.email)

    def pre_authenticate(self, request, **credentials) -> None:
        account = credentials.get("email") or ""
        wait = lockout.admit(
            account, address=neighbourhood(request), is_known=is_known(request, account)
        )
        if wait:
            self.locked(request, account, wait)
            raise self.validation_error("too_many_login_attempts")

    def authentication_failed(self, request, **credentials) -> None:
        lockout.failed(credentials.get("email") or "", address=neighbourhood(request))

    def locked(self, request, account: str, wait: int) -> None:
        """A try was not looked at."""


# --- Known browsers ------------------------------------------------------------------------------


def _accounts(request) -> list[str]:
    try:
        return list(
            signing.loads(
                request.COOKIES.get(KNOWN_BROWSER, ""), salt=KNOWN_BROWSER, max_age=KNOWN_SECONDS
            )
        )
    except (signing.BadSignature, TypeError):
        return []


def _mark(account: str) -> str:
    """The account as the cookie names it; the cookie shall not tell who works here."""
    return signing.Signer(salt=KNOWN_BROWSER).signature(account.lower())[:16]


def is_known(request, account: str) -> bool:
    """Whether this browser signed in to the account before."""
    known = _accounts(request)
    return any(
        signing.Signer(key=key, salt=KNOWN_BROWSER).signature(account.lower())[:16] in known
        for key in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    )


def remember_browser(request, response, account: str) -> None:
    """Leave the mark; it proves nothing but that the account was once opened here."""
    marks = [_mark(account), *_accounts(request)]
    response.set_cookie(
        KNOWN_BROWSER,
        signing.dumps(list(dict.fromkeys(marks))[:KNOWN_PEOPLE], salt=KNOWN_BROWSER),
        max_age=KNOWN_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
        path="/accounts/",
    )


# --- Asking again --------------------------------------------------------------------------------


def note_signing_in(sender, request, user, **kwargs) -> None:
    """Django's word that a session is somebody's now."""
    request.session[SIGNED_IN_AT] = time()


def is_fresh(request) -> bool:
    """Whether this person gave a password or a code in this very session not long ago."""
    from allauth.account.authentication import get_authentication_records

    asked = [record.get("at", 0) for record in get_authentication_records(request, request.user)]
    latest = max([request.session.get(SIGNED_IN_AT, 0), *asked])
    return time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def ask_again(request, why: str, *, back_to: str = "") -> HttpResponse:
    """To the page that asks for the password again; ``why`` is shown there.

    Afterwards the person is at ``back_to`` and repeats the act. Without it an act is taken up again
    where it was left: its form is kept in the session, so it must hold no secret.
    """
    messages.info(request, why)
    where = reverse("account_reauthenticate")
    if is_fragment(request):
        leave = HttpResponse(status=204)
        leave["HX-Redirect"] = f"{where}?{urlencode({'next': back_to or page_of(request)})}"
        return leave
    if back_to:
        return redirect(f"{where}?{urlencode({'next': back_to})}")
    return suspend_request(request, where)


def page_of(request) -> str:
    """The page of ours the request was made from, as a path; else where it leads."""
    written = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(written, allowed_hosts={request.get_host()}):
        return request.get_full_path()
    parts = urlsplit(written)
    return parts.path + (f"?{parts.query}" if parts.query else "")
