"""Events and effects: searched, opened, looked ahead, tried again, given up."""

import json

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from arbook import clock
from arbook.audit import timeline
from arbook.companies.access import company_view
from arbook.companies.models import Role
from arbook.outbox import outbox
from arbook.outbox.models import Effect
from arbook.system import foretelling, logs, replaying, slices, telling, words
from arbook.system.models import Replay
from arbook.system.rehearsing import CannotForetell
from arbook.upsert import storable
from arbook.web.limits import Limit, TooMany, count, too_many
from arbook.web.respond import done, refused, show
from arbook.webhooks import process, retention
from arbook.webhooks.models import WebhookEvent

BY = {"events": "received_at", "effects": "created_at"}
STATES = {"events": logs.EVENT_STATES, "effects": logs.EFFECT_STATES}
# What may be tried again: an event at any time, an effect only when it is dead.
REPLAYED = {WebhookEvent.State.DEAD, WebhookEvent.State.DONE, WebhookEvent.State.IGNORED}
# Looking ahead asks vendors and holds rows for a moment: so often for one person.
LOOKS = Limit(30, 60)


@company_view(Role.VIEWER)
def listing(request, company, side):
    wish = logs.Wish.of(request.GET)
    rows = logs.events(company, wish) if side == "events" else logs.effects(company, wish)
    found = slices.cut(rows, by=BY[side], before=request.GET.get("before", ""))
    return show(
        request,
        page="system/log.html",
        context={
            "side": side,
            "names": _names(side),
            "wish": wish,
            "found": found,
            "lines": [_line(row, side) for row in found],
            "states": STATES[side],
            "vendors": words.VENDORS.items(),
            "kinds": words.EFFECTS.items(),
            "failures": [(key, said) for key, said in words.FAILURES.items() if key],
            "older": _older(request, found),
        },
    )


def _line(row, side: str) -> dict:
    is_event = side == "events"
    return {
        "row": row,
        "title": words.event(row.vendor, row.kind) if is_event else words.effect(row.kind),
        "name": row.external_id if is_event else row.key,
        "at": row.received_at if is_event else row.created_at,
        "tone": words.TONES.get(row.state, ""),
        "failure": words.failure(row.failure) if row.failure else "",
    }


def _older(request, found) -> str:
    if not found.older:
        return ""
    asked = request.GET.copy()
    asked["before"] = found.older
    return f"?{asked.urlencode()}"


@company_view(Role.VIEWER)
def detail(request, company, side, **key):
    row = _row(company, side, key)
    is_event = side == "events"
    entry = row.entry if is_event else row.cause
    after = logs.led_to(row.entry_id) if is_event else []
    replay = _replays(row).first()
    return show(
        request,
        page="system/row.html",
        context={
            "side": side,
            "names": _names(side),
            "row": row,
            "line": _line(row, side),
            "raw": _pretty(row.content) if is_event else _pretty_value(row.payload),
            "decoded": _decoded(row, side),
            "headers": row.headers if is_event else {},
            "result": _pretty_value(row.result) if not is_event and row.result else "",
            "why": timeline.chain(entry) if entry else [],
            "led_to": after,
            "effects": logs.caused([one.pk for one in after]) if after else [],
            "history": timeline.of(row),
            "held": replaying.hold(replay) if replay else None,
            "replay": replay,
            "may_replay": _may_replay(row),
            "is_dead": row.state == "dead",
            "failure": words.failure(row.failure) if row.failure else "",
        },
    )


@company_view(Role.BOOKKEEPER)
@require_safe
def preview(request, company, side, **key):
    """What trying again would do; nothing of it is done."""
    row = _row(company, side, key)
    try:
        count("preview", str(request.user.pk), LOOKS)
    except TooMany as refusal:
        return too_many(request, wait=refusal.wait)
    context = {"side": side, "names": _names(side), "row": row, "line": _line(row, side)}
    try:
        look = foretelling.of_event if side == "events" else foretelling.of_effect
        told = look(row, now=clock.now())
    except CannotForetell as reason:
        context |= {"cannot": str(reason), "seal": ""}
    else:
        context |= {
            "told": telling.parts(told, company),
            "nothing": told.changes_nothing,
            "seal": replaying.seal(told, company, row),
        }
    return show(
        request,
        page="system/preview.html",
        fragment="system/_preview.html",
        context=context | {"may_replay": _may_replay(row)},
    )


@company_view(Role.BOOKKEEPER)
@require_POST
def replay(request, company, side, **key):
    """A bookkeeper tries one row again."""
    row = _row(company, side, key)
    address = _address(company, side, row)
    if not _may_replay(row):
        return refused(request, message="It is in line already, or done.", go_to=address)
    try:
        replaying.again(
            row, foretold=request.POST.get("foretold", ""), by=request.user, now=clock.now()
        )
    except replaying.ReplayRefused as refusal:
        return refused(request, message=str(refusal), go_to=address)
    return done(request, go_to=address, message="It is in line again.", leave=True)


@company_view(Role.MANAGER)
@require_POST
def give_up(request, company, side, **key):
    """A manager sets one dead row aside, with a reason."""
    row = _row(company, side, key)
    address = _address(company, side, row)
    reason = " ".join(storable(request.POST.get("reason", "")).split())[:200]
    if not reason:
        return refused(request, message="Giving up needs a reason.", go_to=address)
    act = process.give_up if side == "events" else outbox.give_up
    if not act(row, reason=reason, by=request.user, now=clock.now()):
        return refused(request, message="It is not dead any more.", go_to=address)
    return done(request, go_to=address, message="It is set aside.", leave=True)


def _row(company, side: str, key: dict):
    if side == "events":
        rows = WebhookEvent.objects.of(company).select_related("entry")
        return get_object_or_404(rows, pk=key["event_id"])
    rows = Effect.objects.of(company).select_related("cause")
    return get_object_or_404(rows, pk=key["effect_id"])


def _names(side: str) -> dict[str, str]:
    """The names of the URLs of one log's rows."""
    return {act: f"system:{side}_{act}" for act in ("row", "preview", "replay", "give_up")}


def _may_replay(row) -> bool:
    if isinstance(row, WebhookEvent):
        return row.state in REPLAYED and not retention.is_removed(row)
    return row.state == Effect.State.DEAD


def _replays(row):
    rows = Replay.objects.select_related("by", "event", "effect")
    return rows.filter(event=row) if isinstance(row, WebhookEvent) else rows.filter(effect=row)


def _address(company, side: str, row) -> str:
    return reverse(_names(side)["row"], args=[company.slug, row.pk])


def _decoded(row, side: str) -> list[tuple[str, str]]:
    """The first level of the content, where it is plain."""
    try:
        content = row.payload
    except (ValueError, RecursionError):
        return []
    if not isinstance(content, dict):
        return []
    if side == "events" and isinstance(content.get("data"), dict):
        content = content | (content["data"].get("object") or {})
    return [
        (str(name), str(value)[:200])
        for name, value in content.items()
        if isinstance(value, str | int | float | bool) and value not in ("", None)
    ][:40]


def _pretty(text: str) -> str:
    try:
        return _pretty_value(json.loads(text))
    except (ValueError, RecursionError):
        return text


def _pretty_value(value) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)
