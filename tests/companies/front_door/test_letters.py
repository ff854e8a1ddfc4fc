"""What is told by mail, and what the record keeps."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from django.test import Client

from arbook import clock
from arbook.audit.models import Entry
from arbook.outbox.drain import drain
from tests.companies.front_door.browsing import ELSEWHERE, HERE, PASSWORD, sign_in, verbs

pytestmark = pytest.mark.django_db


def test_a_browser_never_used_before_is_told_by_mail_once(company, owner, sandbox):
    first, second = Client(), Client(headers={"User-Agent": "Mozilla Firefox/140 Windows"})
    sign_in(first, owner.email)
    drain(now=clock.now, kinds=["setup.new_browser"])
    assert not sandbox.mailbox  # the very first sign-in is no news

    for _ in range(2):
        sign_in(second, owner.email, address=ELSEWHERE)
        second.post("/accounts/logout/")
    sign_in(second, owner.email, address=ELSEWHERE)
    drain(now=clock.now, kinds=["setup.new_browser"])

    told = [letter for letter in sandbox.mailbox if letter.subject == "New sign-in to arbook"]
    assert len(told) <= 1


def test_the_letter_says_from_where(company, owner, sandbox):
    sign_in(Client(), owner.email)

    sign_in(Client(headers={"User-Agent": "Firefox/140"}), owner.email, address=ELSEWHERE)
    drain(now=clock.now, kinds=["setup.new_browser"])

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
    sign_in(Client(), owner.email, "wrong")
    sign_in(Client(headers={"User-Agent": "Firefox/140"}), owner.email)

    written = str(list(Entry.objects.filter(verb__startswith="signin").values()))

    assert verbs() == ["signin.failed", "signin.done"]
    assert Entry.objects.get(verb="signin.failed").mentions.get().subject_id == owner.pk
    for word in (owner.email, HERE, "Firefox", PASSWORD, "wrong"):
        assert word not in written
