"""The front door's record and its letters: who came, who tried, what changed about signing in.

Entries hold the number of the person and nothing else of theirs: no address, no name, no browser.
"""

import hashlib

from allauth.account.signals import password_changed, password_reset, password_set
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import (
    authentication_failed,
    authenticator_added,
    authenticator_removed,
    authenticator_reset,
)
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import transaction
from django.utils.formats import date_format

from arbook import clock
from arbook.audit import log
from arbook.companies import lockout
from arbook.companies.models import User
from arbook.companies.signin import InvitedOnly, is_known, remember_browser
from arbook.outbox import outbox
from arbook.web.limits import Limit, TooMany, count, neighbourhood

WHAT = {
    Authenticator.Type.TOTP: "an authenticator app",
    Authenticator.Type.RECOVERY_CODES: "recovery codes",
}


# How much strangers may write into the record: about one account or, where there is no such
# account, from one address; and about all accounts together.
WRITTEN, WRITTEN_IN_ALL = Limit(50, 3600), Limit(1000, 3600)


def _record(verb: str, said: str, user: User | None) -> None:
    log.record(verb, said, about=[user] if user else [], by=user, at=clock.now())


class FrontDoor(InvitedOnly):
    """allauth's adapter, which hears every try."""

    def authentication_failed(self, request, **credentials) -> None:
        super().authentication_failed(request, **credentials)
        self._tried("signin.failed", "A sign-in failed", credentials.get("email") or "", request)

    def locked(self, request, account: str, wait: int) -> None:
        # Once for each wait, however often somebody comes meanwhile.
        whose = f"{account.lower()}|{neighbourhood(request)}"
        key = f"lockout:told:{hashlib.sha256(whose.encode()).hexdigest()}"
        if cache.add(key, 1, timeout=wait):
            said = "A sign-in was not looked at: too many before"
            self._tried("signin.locked", said, account, request)

    def _tried(self, verb: str, said: str, account: str, request) -> None:
        # Recorded for unknown accounts as well: the answer must not take longer for those we know.
        user = User.objects.filter(email__iexact=account).first()
        # Noise about accounts that do not exist uses up nothing of those that do.
        whose = f"account {user.pk}" if user else f"address {neighbourhood(request)}"
        try:
            count("signin-record", whose, WRITTEN)
            count("signin-record-all", "accounts" if user else "strangers", WRITTEN_IN_ALL)
        except TooMany:
            return
        log.record(verb, said, about=[user] if user else [], by=None, at=clock.now())

    def login(self, request, user) -> None:
        self.is_first = user.last_login is None
        super().login(request, user)

    def post_login(self, request, user, **kwargs):
        lockout.forgive(user.email, address=neighbourhood(request))
        answer = super().post_login(request, user, **kwargs)
        with transaction.atomic():
            _record("signin.done", "Signed in", user)
            if not is_known(request, user.email) and not self._never_before(user):
                _tell_of_new_browser(request, user)
        remember_browser(request, answer, user.email)
        return answer

    def _never_before(self, user) -> bool:
        return getattr(self, "is_first", False)


class Sessions(DefaultUserSessionsAdapter):
    """Ending sessions, recorded."""

    def end_sessions(self, sessions) -> None:
        for session in sessions:
            session.end()
            _record("session.ended", "A session was ended", session.user)


def _tell_of_new_browser(request, user: User) -> None:
    row = UserSession.objects.filter(
        user=user, session_key=request.session.session_key or ""
    ).first()
    if row is None:
        return
    outbox.enqueue(
        "setup.new_browser",
        key=f"new-browser:{row.pk}",
        company=None,
        payload={"session": row.pk},
        now=clock.now(),
    )


def new_browser_letter(row: UserSession) -> tuple[str, str]:
    """Subject and text of the mail about a sign-in from a browser that was never used before."""
    from django.conf import settings
    from django.urls import reverse

    lines = [
        "Somebody signed in to arbook with your password, from a browser that was not used before.",
        f"When: {date_format(row.created_at, 'Y-m-d H:i')} UTC\n"
        f"From: {row.ip}\nBrowser: {row.user_agent or 'unknown'}",
        "If this was you, there is nothing to do.",
        "If not: change your password now, which ends every other session, and tell an owner of "
        f"your company. {settings.PUBLIC_URL}{reverse('account_change_password')}",
        f"Your sessions: {settings.PUBLIC_URL}{reverse('usersessions_list')}",
    ]
    return "New sign-in to arbook", "\n\n".join(lines)


# --- What allauth tells --------------------------------------------------------------------------


def _added(sender, user, authenticator, **kwargs) -> None:
    _codes_are_new(user, authenticator)
    _record("second_factor.added", f"Second factor: {WHAT[authenticator.type]} added", user)


def _removed(sender, user, authenticator, **kwargs) -> None:
    _codes_are_new(user, authenticator)
    _record("second_factor.removed", f"Second factor: {WHAT[authenticator.type]} removed", user)


def _reset(sender, user, authenticator, **kwargs) -> None:
    _codes_are_new(user, authenticator)
    _record("second_factor.renewed", f"Second factor: new {WHAT[authenticator.type]}", user)


def _codes_are_new(user, authenticator) -> None:
    if authenticator.type == Authenticator.Type.RECOVERY_CODES:
        User.objects.filter(pk=user.pk).update(recovery_codes_saved_at=None)


def _code_failed(sender, user, **kwargs) -> None:
    _record("second_factor.failed", "A code of the second factor was wrong", user)


def _password(sender, user, **kwargs) -> None:
    _record("signin.password_changed", "The password was changed; other sessions ended", user)


def listen() -> None:
    """Called once at start."""
    authenticator_added.connect(_added)
    authenticator_removed.connect(_removed)
    authenticator_reset.connect(_reset)
    authentication_failed.connect(_code_failed)
    for changed in (password_changed, password_reset, password_set):
        changed.connect(_password)
