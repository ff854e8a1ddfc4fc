"""Waits after wrong passwords."""

import re
import time

import pytest
from django.core.cache import cache
from django.test import Client

from arbook.audit.models import Entry
from arbook.companies import lockout
from arbook.setup import front_door
from arbook.web import limits
from tests.companies.front_door.browsing import ELSEWHERE, HERE, is_in, sign_in, verbs

pytestmark = pytest.mark.django_db


def test_tries_wait_after_five_and_the_right_password_waits_too(client, owner):
    for _ in range(lockout.FREE):
        assert "not correct" in sign_in(client, owner.email, "wrong").content.decode()

    answer = sign_in(client, owner.email)

    assert "Too many failed" in answer.content.decode()
    assert not is_in(client)
    assert verbs()[-2:] == ["signin.failed", "signin.locked"]


def test_a_stranger_locks_out_himself_and_nobody_else(client, owner):
    for _ in range(lockout.FREE + 3):
        sign_in(Client(), owner.email, "wrong", ELSEWHERE)

    sign_in(client, owner.email)

    assert is_in(client)


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
        sign_in(Client(), owner.email, "wrong")
    for _ in range(lockout.FREE + 1):
        sign_in(Client(), owner.email, "wrong", ELSEWHERE)

    assert verbs().count("signin.failed") == 2 * lockout.FREE
    assert verbs().count("signin.locked") == 2


def test_strangers_write_so_much_into_the_record_and_hide_nobodys_tries_by_it(owner, monkeypatch):
    monkeypatch.setattr(limits, "time", lambda: 1_800_000_000.0)
    for _ in range(front_door.WRITTEN.count - 1):
        limits.count("signin-record", f"address {HERE}", front_door.WRITTEN)
    for number in range(3):
        sign_in(Client(), f"nobody{number}@desk.example", "wrong")

    assert Entry.objects.filter(verb="signin.failed").count() == 1
    sign_in(Client(), owner.email, "wrong")
    last = Entry.objects.filter(verb="signin.failed").order_by("pk").last()
    assert last.mentions.get().subject_id == owner.pk


def test_tries_from_everywhere_slow_down_only_unknown_browsers(owner):
    mine = Client()
    sign_in(mine, owner.email)
    mine.post("/accounts/logout/")
    for number in range(lockout.SPREAD):
        lockout.failed(owner.email, address=f"2001:db8::{number}")

    foreign = Client()
    assert "Too many failed" in sign_in(foreign, owner.email).content.decode()
    sign_in(mine, owner.email)
    assert is_in(mine)


def test_an_account_that_does_not_exist_answers_like_one_that_does(owner):
    def story(email: str) -> list[tuple[int, str]]:
        client = Client()
        seen = []
        for _ in range(lockout.FREE + 2):
            answer = sign_in(client, email, "wrong")
            words = re.sub(r"(value|csrf|token)[^>]*>", "", answer.content.decode())
            seen.append((answer.status_code, words.replace(email, "")))
        return seen

    assert story("nobody@desk.example") == story(owner.email)
    assert Entry.objects.filter(verb="signin.locked").count() == 2


def test_all_processes_count_together(owner):
    """What counts is in PostgreSQL, not in this process."""
    from django.db import connection

    sign_in(Client(), owner.email, "wrong")

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
