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


def _key(kind: str, *parts: str) -> str:
    return f"lockout:{kind}:{hashlib.sha256('|'.join(parts).encode()).hexdigest()}"


def _spread_key(account: str) -> str:
    return _key("spread", account.lower(), str(int(time() // SPREAD_SECONDS)))


def wait_for(account: str, *, address: str, is_known: bool) -> int:
    """Seconds until the next try is looked at; 0 when it is now. ``is_known``: own browser."""
    until = cache.get(_key("until", account.lower(), address)) or 0
    if not is_known and (cache.get(_spread_key(account)) or 0) >= SPREAD:
        until = max(until, (time() // SPREAD_SECONDS + 1) * SPREAD_SECONDS)
    return max(0, round(until - time() + 0.5)) if until > time() else 0


def failed(account: str, *, address: str) -> int:
    """Count a wrong password; the seconds to wait from now on, 0 while tries are free."""
    count = _another(_key("count", account.lower(), address), MEMORY)
    _another(_spread_key(account), SPREAD_SECONDS)
    if count < FREE:
        return 0
    wait = min(FIRST_WAIT * 2 ** min(count - FREE, 20), LONGEST_WAIT)
    cache.set(_key("until", account.lower(), address), time() + wait, timeout=wait)
    return wait


def forgive(account: str, *, address: str) -> None:
    """The right password came from there: the next mistake starts at the beginning."""
    cache.delete(_key("count", account.lower(), address))


def _another(key: str, seconds: int) -> int:
    if cache.add(key, 1, timeout=seconds):
        return 1
    try:
        count = cache.incr(key)
    except ValueError:
        return 1
    cache.touch(key, seconds)
    return count
