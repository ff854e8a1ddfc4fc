"""How a door answers: quiet fragments for htmx, whole pages and redirects for everybody else."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils.cache import patch_vary_headers


@dataclass(frozen=True)
class Undo:
    """Where to post to take an act back, and until when that works (an aware instant).

    ``now`` is the clock ``until`` was counted on, for browsers whose own goes otherwise.
    """

    url: str
    until: datetime
    now: datetime | None = None


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asked for a part of the page; history restores want it whole."""
    headers = request.headers
    return (
        headers.get("HX-Request") == "true"
        and headers.get("HX-Boosted") != "true"
        and headers.get("HX-History-Restore-Request") != "true"
    )


def show(
    request: HttpRequest,
    *,
    page: str,
    fragment: str | None = None,
    context: dict[str, Any] | None = None,
    status: int | None = None,
) -> HttpResponse:
    """The fragment for htmx, the page otherwise; 422 when ``context["form"]`` was refused."""
    context = dict(context or {})
    if status is None:
        form = context.get("form")
        refused = form is not None and getattr(form, "is_bound", False) and not form.is_valid()
        status = 422 if refused else 200
    alone = bool(fragment) and is_fragment(request)
    context.setdefault("is_fragment", alone)
    response = render(request, fragment if alone else page, context, status=status)
    # The same address answers twice; the back button must not find the part in its cache.
    patch_vary_headers(response, ["HX-Request"])
    return response


def done(
    request: HttpRequest,
    *,
    go_to: Any,
    changed: str | Iterable[str] = "",
    message: str = "",
    undo: Undo | None = None,
    leave: bool = False,
) -> HttpResponse:
    """The act happened.

    For htmx: 204, an event for each name in ``changed`` and a toast with ``message``; with
    ``leave`` the browser goes to ``go_to``. Without htmx: a redirect there and a message.
    ``go_to`` is a URL or an object with ``get_absolute_url``.
    """
    address = resolve_url(go_to)
    quiet = is_fragment(request) and not leave
    if message and not quiet:
        tags = f"undo={undo.url} until={undo.until.isoformat()}" if undo else ""
        tags += f" now={undo.now.isoformat()}" if undo and undo.now else ""
        messages.success(request, message, extra_tags=tags)
    if not is_fragment(request):
        return redirect(address)
    response = HttpResponse(status=204)
    if leave:
        response["HX-Redirect"] = address
        return response
    names = [changed] if isinstance(changed, str) else list(changed)
    events: dict[str, Any] = {name: True for name in names if name}
    if message:
        events["toast"] = _toast(message, "ok", undo)
    if events:
        response["HX-Trigger"] = json.dumps(events)
    return response


def refused(
    request: HttpRequest,
    *,
    message: str,
    go_to: Any = None,
    page: str | None = None,
    fragment: str | None = None,
    context: dict[str, Any] | None = None,
    changed: str | Iterable[str] = "",
) -> HttpResponse:
    """The act was not done, and why. The message is fit for the screen.

    With ``page`` it is shown again with 422. Otherwise htmx gets 422, a toast and no swap, and a
    plain browser goes to ``go_to`` with an error message.
    """
    if page:
        return show(
            request,
            page=page,
            fragment=fragment,
            context={"refusal": message, **(context or {})},
            status=422,
        )
    if not is_fragment(request):
        messages.error(request, message)
        return redirect(resolve_url(go_to or "/"))
    names = [changed] if isinstance(changed, str) else list(changed)
    response = HttpResponse(status=422)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps(
        {**{name: True for name in names if name}, "toast": _toast(message, "bad", None)}
    )
    return response


def _toast(message: str, tone: str, undo: Undo | None) -> dict[str, Any]:
    toast: dict[str, Any] = {"message": str(message), "tone": tone}
    if undo:
        toast |= {"undo": undo.url, "until": undo.until.isoformat()}
        toast |= {"now": undo.now.isoformat()} if undo.now else {}
    return toast
