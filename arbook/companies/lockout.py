"""Waits after wrong passwords: for one account from one address, growing, and never for ever.

A stranger who tries somebody's name locks only his own address out of it. Tries spread over many
addresses slow down everybody who comes to that account from a browser it never used; the person's
own browsers, which carry a mark, go on. What is counted is what was typed: an account that does
not exist waits like one that does.
"""

import hashlib
from time import time

from django.core.cache import cache

FREE = 5
FIRST_WAIT = 30
LONGEST_WAIT = 3600
# Failures are forgotten after a day without a new one.
MEMORY = 24 * 3600
# From all addresses together, in one hour.
SPREAD = 50
SPREAD_SECONDS = 3600
# How long a try under way keeps others waiting, should its end never be heard of.
TRY_SECONDS = 5


def _key(kind: str, *parts: str) -> str:
    return f"lockout:{kind}:{hashlib.sha256('|'.join(parts).encode()).hexdigest()}"


def _spread_key(account: str) -> str:
    return _key("spread", account.lower(), str(int(time() // SPREAD_SECONDS)))


def admit(account: str, *, address: str, is_known: bool) -> int:
    """Let a try in (0), or say how many seconds it has to wait. ``is_known``: own browser.

    Where the next mistake brings a wait, one try at a time is let in: several at once would all be
    looked at before the first of them is counted.
    """
    wait = _wait(account, address, is_known)
    if wait or (cache.get(_key("count", account.lower(), address)) or 0) < FREE - 1:
        return wait
    if not cache.add(_trying(account, address), 1, timeout=TRY_SECONDS):
        return TRY_SECONDS
    # The one before may have ended, and brought a wait, since we looked.
    return _wait(account, address, is_known)


def _wait(account: str, address: str, is_known: bool) -> int:
    until = cache.get(_key("until", account.lower(), address)) or 0
    if not is_known and (cache.get(_spread_key(account)) or 0) >= SPREAD:
        until = max(until, (time() // SPREAD_SECONDS + 1) * SPREAD_SECONDS)
    return max(0, round(until - time() + 0.5)) if until > time() else 0


def _trying(account: str, address: str) -> str:
    return _key("trying", account.lower(), address)


def failed(account: str, *, address: str) -> int:
    """Count a wrong password; the seconds to wait from now on, 0 while tries are free."""
    count = _another(_key("count", account.lower(), address), MEMORY)
    _another(_spread_key(account), SPREAD_SECONDS)
    wait = 0
    if count >= FREE:
        wait = min(FIRST_WAIT * 2 ** min(count - FREE, 20), LONGEST_WAIT)
        cache.set(_key("until", account.lower(), address), time() + wait, timeout=wait)
    cache.delete(_trying(account, address))
    return wait


def forgive(account: str, *, address: str) -> None:
    """The right password came from there: the next mistake starts at the beginning."""
    cache.delete(_key("count", account.lower(), address))
    cache.delete(_trying(account, address))


def _another(key: str, seconds: int) -> int:
    if cache.add(key, 1, timeout=seconds):
        return 1
    try:
        count = cache.incr(key)
    except ValueError:
        return 1
    cache.touch(key, seconds)
    return count
