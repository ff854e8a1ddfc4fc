"""The context of base.html: the company, the rail, freshness and the stop banner."""

from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.functional import SimpleLazyObject

from arbook import clock, wall
from arbook.companies import stops
from arbook.companies.frame import frame as registry
from arbook.companies.models import Company


def frame(request) -> dict:
    """Nothing for strangers; for a member the company of the URL and what the frame shows of it.

    Worked out once for a request and company, and only where a frame is drawn: parts of a page
    that render with the request ask for nothing of it.
    """
    company = getattr(request, "company", None)
    known = getattr(request, "_frame", None)
    if known is None or known[0] != company:
        known = request._frame = (company, _frame(request))
    return known[1]


def _frame(request) -> dict:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"theme": request.COOKIES.get("theme", "")}
    company = getattr(request, "company", None)
    # All at once where the first of them is drawn: then nobody goes through the wall twice.
    drawn = cache(lambda: _drawn(company, request, clock.now()))
    return {
        "theme": request.COOKIES.get("theme", ""),
        "company": company,
        "companies": SimpleLazyObject(lambda: _companies(user)),
        "role": getattr(request, "role", None),
        "rail": SimpleLazyObject(lambda: drawn()["rail"]),
        "freshness": SimpleLazyObject(lambda: drawn()["freshness"]),
        "stop": SimpleLazyObject(lambda: drawn()["stop"]),
        "may_stop_everything": lambda: stops.may_stop_everything(user),
    }


def _drawn(company, request, now) -> dict:
    lines = registry.freshness if company else []
    return {
        "rail": _rail(company, request, now),
        "freshness": [line for read in lines for line in read(company, now)],
        "stop": stops.standing(company, now) if company else stops.everywhere(now),
    }


def _companies(user) -> list[Company]:
    # Wherever a person is, the switch offers all of their companies.
    with wall.outside():
        return list(Company.objects.visible_to(user))


def _rail(company, request, now) -> list[dict]:
    counts: dict[str, int] = {}
    for count in registry.counts if company else []:
        counts |= count(company, now)
    places = [entry for item in registry.rail if (entry := _entry(item, company, counts))]
    # The most particular place above the page is where we are; the start page only itself.
    start = places[0]["url"] if places else ""
    here = [
        (len(url), number)
        for number, place in enumerate(places)
        for url in place["covers"]
        if request.path == url or (url != start and request.path.startswith(url))
    ]
    if here:
        places[max(here)[1]]["current"] = True
    return places


def _beginning(name: str, slug: str) -> str:
    """The address of a place, or how the addresses of its rows begin where it has none itself."""
    try:
        return reverse(name, args=[slug])
    except NoReverseMatch:
        return reverse(name, args=[slug, 0]).removesuffix("0/")


def _entry(item, company, counts: dict[str, int]) -> dict | None:
    try:
        if company:
            url = reverse(item.url_name, args=[company.slug])
            covers = [url, *(_beginning(name, company.slug) for name in item.also)]
        elif item.everywhere:
            url = reverse(item.everywhere)
            covers = [url]
        else:
            return None
    except NoReverseMatch:
        return None
    return {
        "key": item.key,
        "label": item.label,
        "icon": item.icon,
        "url": url,
        "count": counts.get(item.key),
        "current": False,
        "covers": covers,
    }
