"""Keys change while everything runs: nothing is lost, nothing newer is overwritten."""

import threading
from io import StringIO

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from arbook.encryption import CannotDecrypt
from arbook.gateways.models import Connection
from arbook.setup import rotation
from tests import factories

pytestmark = pytest.mark.django_db
NEW, OTHER = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def old(settings) -> str:
    return settings.CREDENTIAL_KEYS[0]


def _connected(count: int = 1) -> list[Connection]:
    return [
        factories.connection(
            factories.company(), "stripe", secrets={"secret_key": f"sk_test_{number}"}
        )
        for number in range(count)
    ]


def _run(*arguments: str) -> str:
    said = StringIO()
    call_command("rotate_keys", *arguments, stdout=said)
    return said.getvalue()


def _stored() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets FROM gateways_connection ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_everything_is_sealed_again_and_the_old_key_may_go(settings, old, monkeypatch):
    monkeypatch.setattr(rotation, "BATCH", 2)
    rows = _connected(5)
    person = factories.user()
    app = TOTP.activate(person, "JBSWY3DPEHPK3PXP").instance
    codes = RecoveryCodes.activate(person).get_unused_codes()
    settings.CREDENTIAL_KEYS = [NEW, old]
    assert f"key 2 ({rotation.fingerprint(old)}) is still needed" in _run("--check")

    said = _run()

    assert "gateways_connection.secrets: 5 of 5 sealed again" in said
    assert f"key 2 ({rotation.fingerprint(old)}) may be removed" in said
    settings.CREDENTIAL_KEYS = [NEW]
    for number, row in enumerate(rows):
        row.refresh_from_db()
        assert row.secrets == {"secret_key": f"sk_test_{number}"}
    app.refresh_from_db()
    assert TOTP(app).instance.wrap().instance.data["secret"].startswith("gAAAA")
    again = RecoveryCodes.activate(person)
    again.instance.refresh_from_db()
    assert again.get_unused_codes() == codes


def test_a_check_writes_nothing_and_names_no_key(settings, old):
    _connected(2)
    settings.CREDENTIAL_KEYS = [NEW, old]
    before = _stored()

    said = _run("--check")

    assert _stored() == before
    assert NEW not in said and old not in said
    assert f"2 opened by key 2 ({rotation.fingerprint(old)})" in said


def test_a_second_run_changes_nothing(settings, old):
    _connected(2)
    settings.CREDENTIAL_KEYS = [NEW, old]
    _run()
    before = _stored()

    assert "0 of 2 sealed again" in _run()
    assert _stored() == before


def test_what_was_left_half_way_is_finished(settings, old):
    first, _ = _connected(2)
    settings.CREDENTIAL_KEYS = [NEW, old]
    first.save()  # what a run that was stopped had done already

    assert "1 of 2 sealed again" in _run()
    assert [rotation.opened_by(token) for token in _stored()] == [0, 0]


def test_a_value_that_no_key_opens_is_told_and_left_alone(settings, old):
    _connected(1)
    before = _stored()
    settings.CREDENTIAL_KEYS = [NEW, OTHER]

    with pytest.raises(CommandError, match="no key"):
        _run()

    assert _stored() == before
    settings.CREDENTIAL_KEYS = [NEW]
    with pytest.raises(CannotDecrypt):
        Connection.objects.get()


@pytest.mark.django_db(transaction=True)
def test_tokens_refreshed_meanwhile_are_never_put_back(settings, old):
    """Refreshes and rotations race; at the end the last refreshed token stands, sealed anew."""
    (row,) = _connected(1)
    settings.CREDENTIAL_KEYS = [NEW, old]
    last, stop = [0], threading.Event()

    def refresh():
        mine = Connection.objects.get(pk=row.pk)
        for number in range(1, 200):
            # As a process does that was not restarted yet: it still writes with the old key.
            with connection.cursor() as cursor:
                token = Fernet(old).encrypt(f'{{"refresh_token": "{number}"}}'.encode()).decode()
                cursor.execute(
                    "UPDATE gateways_connection SET secrets = %s WHERE id = %s", [token, mine.pk]
                )
            last[0] = number
        stop.set()
        connection.close()

    writer = threading.Thread(target=refresh)
    writer.start()
    runs = 0
    while not stop.is_set():
        rotation.rotate()
        runs += 1
        now = Connection.objects.get(pk=row.pk).secrets.get("refresh_token")
        assert now is None or int(now) <= last[0] + 1
    writer.join()
    rotation.rotate()

    assert runs > 3
    assert Connection.objects.get(pk=row.pk).secrets == {"refresh_token": "199"}
    assert [rotation.opened_by(token) for token in _stored()] == [0]
