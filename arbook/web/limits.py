"""How often somebody may come: counted for each address and each link, over all processes.

Time is the real clock here, not the product's: a limit is about this minute on the wire.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from ipaddress import ip_address, ip_network
from time import time

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ImproperlyConfigured
from django.shortcuts import render

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class TooMany(Exception):
    """The limit is reached; ``wait`` says in how many seconds it is worth coming back."""

    def __init__(self, wait: int):
        super().__init__(f"Come back in {wait} seconds.")
        self.wait = wait


@dataclass(frozen=True)
class Limit:
    """So many within so many seconds."""

    count: int
    seconds: int

    @classmethod
    def parse(cls, written: str) -> "Limit":
        """``60/5m``: sixty in five minutes."""
        count, _, span = written.strip().partition("/")
        try:
            limit = cls(int(count), int(span[:-1] or 1) * UNITS[span[-1:]])
        except (KeyError, ValueError):
            limit = cls(0, 0)
        if limit.count < 1 or limit.seconds < 1:
            raise ImproperlyConfigured(f"{written!r} is no limit; write one like 60/5m.")
        return limit


def count(name: str, whose: str, limit: Limit) -> None:
    """Count one visit; raises TooMany when it is one too many."""
    span, into = divmod(time(), limit.seconds)
    # Hashed: neither addresses nor links are left lying in the cache.
    digest = hashlib.sha256(whose.encode()).hexdigest()
    key = f"limit:{name}:{digest}:{int(span)}"
    if cache.add(key, 1, timeout=limit.seconds):
        seen = 1
    else:
        try:
            seen = cache.incr(key)
        except ValueError:  # it expired between the two
            seen = 1
    if seen > limit.count:
        raise TooMany(max(1, int(limit.seconds - into)))


def limited(name: str, *, limits: Callable[[], tuple[Limit, Limit]], template: str = "429.html"):
    """For a public page whose one argument is a token: so often for an address, and for a link.

    ``limits`` gives both when asked, because settings may change. Reaching one answers 429 and the
    view is not called.
    """

    def decorate(view):
        @wraps(view)
        def guarded(request, **given):
            (token,) = given.values()
            of_address, of_link = limits()
            try:
                count(f"{name}-address", neighbourhood(request), of_address)
                count(f"{name}-link", str(token).lower(), of_link)
            except TooMany as refusal:
                return too_many(request, wait=refusal.wait, template=template)
            return view(request, **given)

        guarded.limited = name
        return guarded

    return decorate


def public_limits() -> tuple[Limit, Limit]:
    """Of one address, and of one link."""
    return Limit.parse(settings.PUBLIC_LIMIT_ADDRESS), Limit.parse(settings.PUBLIC_LIMIT_LINK)


def client_ip(request) -> str:
    """Where the request comes from, as far back as TRUSTED_PROXIES lets us believe."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    trusted = settings.TRUSTED_PROXIES
    known = trusted and len(hops) >= trusted and hops[-trusted]
    for written in (known, request.META.get("REMOTE_ADDR")):
        try:
            ip = ip_address(str(written))
        except ValueError:
            continue  # a name, a port behind it, nonsense: the nearer witness speaks
        return str(getattr(ip, "ipv4_mapped", None) or ip)
    return "0.0.0.0"  # noqa: S104 (a Unix socket has no address)


def neighbourhood(request) -> str:
    """The address as it is counted: whoever has one IPv6 address has a whole network of them."""
    ip = ip_address(client_ip(request))
    return str(ip_network(f"{ip}/64", strict=False)) if ip.version == 6 else str(ip)


def too_many(request, exception=None, *, wait: int = 60, template: str = "429.html"):
    """The page that says: later. Also what allauth shows at its own limits."""
    answer = render(request, template, {"wait": wait, "minutes": (wait + 59) // 60}, status=429)
    answer["Retry-After"] = str(wait)
    return answer
