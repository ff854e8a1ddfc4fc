"""Changing a cadence: a saved change is a new version with what changed, by whom and when."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from arbook import money
from arbook.audit import log
from arbook.companies.models import Company, User
from customers.models import Customer
from invoices import cadence, next_touch
from invoices import cadence_sql as sql
from invoices.default_cadences import StepDraft
from invoices.models import Cadence, CadenceStep, CustomerCadence

Action = CadenceStep.Action


class CadenceRefused(Exception):
    """The change cannot be saved. The message is fit for the screen."""


@dataclass(frozen=True)
class Standing:
    """How many invoices have one step as their next."""

    step_key: str
    invoices: int
    due: int
    this_week: int


@transaction.atomic
def save_version(
    current: Cadence, *, steps: Sequence[StepDraft], by: User | None, now: datetime
) -> Cadence:
    """Write a new version and plan by it; refused when somebody saved another one meanwhile."""
    current = (
        Cadence.objects.select_for_update(of=("self",)).select_related("company").get(pk=current.pk)
    )
    if not current.is_current:
        newest = Cadence.objects.of(current.company).current().filter(name=current.name).first()
        who = f" by {newest.changed_by}" if newest and newest.changed_by else ""
        raise CadenceRefused(
            f"Somebody saved a newer version meanwhile{who}. Open it and make your change there."
        )
    check(steps)
    change = difference(drafts_of(current), steps)
    if not change:
        raise CadenceRefused("Nothing was changed.")
    Cadence.objects.filter(pk=current.pk).update(is_current=False)
    fresh = Cadence.objects.create(
        company=current.company,
        name=current.name,
        version=current.version + 1,
        is_default=current.is_default,
        changed_by=by,
        changed_at=now,
        change=_shortened(change),
    )
    cadence.write_steps(fresh, steps)
    log.record(
        "cadence.changed",
        f"Cadence {fresh.name} is now version {fresh.version}: {'; '.join(change)}",
        about=[fresh],
        by=by,
        at=now,
        company=current.company,
        version=fresh.version,
        change=change,
    )
    cadence.plan(current.company, now=now)
    return fresh


@transaction.atomic
def make_default(chosen: Cadence, *, by: User | None, now: datetime) -> Cadence:
    """Let a cadence plan for every customer without one of their own."""
    rows = Cadence.objects.of(chosen.company).current()
    list(rows.select_for_update())
    rows.filter(is_default=True).exclude(pk=chosen.pk).update(is_default=False)
    rows.filter(pk=chosen.pk).update(is_default=True)
    chosen.is_default = True
    log.record(
        "cadence.default",
        f"{chosen.name} is the cadence for customers without one of their own.",
        about=[chosen],
        by=by,
        at=now,
    )
    cadence.plan(chosen.company, now=now)
    return chosen


@transaction.atomic
def choose(customer: Customer, *, name: str, by: User | None, now: datetime) -> None:
    """Give a customer a cadence of their own by name; an empty name means the default."""
    if name and not Cadence.objects.of(customer.company).current().filter(name=name).exists():
        raise CadenceRefused(f"There is no cadence called {name}.")
    if name:
        CustomerCadence.objects.update_or_create(
            customer=customer, defaults={"name": name, "set_by": by}
        )
    else:
        CustomerCadence.objects.filter(customer=customer).delete()
    log.record(
        "cadence.chosen",
        f"{customer} is reminded by the cadence {name}."
        if name
        else f"{customer} is reminded by the default cadence.",
        about=[customer],
        by=by,
        at=now,
    )
    ids = list(customer.invoices.open().values_list("pk", flat=True))
    cadence.plan(customer.company, now=now, invoice_ids=ids)


def check(steps: Sequence[StepDraft]) -> None:
    """Refuse steps that no plan can follow."""
    if not steps:
        raise CadenceRefused("A cadence needs at least one step.")
    keys = [step.key for step in steps]
    if len(set(keys)) < len(keys):
        raise CadenceRefused("Two steps have the same name.")
    for action in (Action.ESCALATE, Action.LETTER):
        if sum(step.action == action for step in steps) > 1:
            raise CadenceRefused(f"A cadence has at most one step “{action.label}”.")
    reviews = [step for step in steps if step.action == Action.ESCALATE]
    for letter in (step for step in steps if step.action == Action.LETTER):
        if any(letter.anchor == r.anchor and letter.day <= r.day for r in reviews):
            raise CadenceRefused("The letter must come after the manager review.")


def drafts_of(row: Cadence) -> list[StepDraft]:
    """The steps of a version as they would be written again."""
    return [
        StepDraft(**{name: getattr(step, name) for name in cadence.STEP_FIELDS})
        for step in row.steps.all()
    ]


def difference(old: Sequence[StepDraft], new: Sequence[StepDraft]) -> list[str]:
    """What changed, one sentence each."""
    before = {step.key: step for step in old}
    after = {step.key: step for step in new}
    said = []
    for key, step in after.items():
        if key not in before:
            said.append(f"{_step(step)} added")
        elif words := _changes(before[key], step):
            said.append(f"{_step(before[key])}: {', '.join(words)}")
    said.extend(f"{_step(step)} removed" for key, step in before.items() if key not in after)
    return said


def standings(
    company: Company,
    row: Cadence,
    *,
    now: datetime,
    steps: Sequence[StepDraft] | None = None,
) -> dict[str, Standing]:
    """How many invoices sit in each step today; with ``steps`` as they would after that change."""
    draft = [
        {
            "id": index,
            "cadence_id": row.pk,
            "key": step.key,
            "anchor": str(step.anchor),
            "day": step.day,
            "action": str(step.action),
            "min_balance": str(step.min_balance),
            "not_before_due": step.not_before_due,
        }
        for index, step in enumerate(drafts_of(row) if steps is None else steps, start=1)
        if step.approval != CadenceStep.Approval.OFF
    ]
    text = sql.COUNTS.format(
        steps=sql.DRAFT_STEPS, cadence=sql.DRAFT_CADENCE, only_invoices="", only_reminders=""
    )
    facts = cadence.facts_of(company, now) | {"draft": json.dumps(draft), "replaces": row.pk}
    with connection.cursor() as cursor:
        cursor.execute(text, facts)
        return {key: Standing(key, *counts) for key, *counts in cursor.fetchall()}


def _step(step: StepDraft) -> str:
    return f"{Action(step.action).label} {next_touch.step_day(step)}"


def _changes(old: StepDraft, new: StepDraft) -> list[str]:
    labels = {
        "action": lambda value: Action(value).label,
        "anchor": lambda value: CadenceStep.Anchor(value).label,
        "approval": lambda value: CadenceStep.Approval(value).label.lower(),
    }
    words = []
    if (old.day, old.anchor) != (new.day, new.anchor):
        words.append(
            f"day {old.day} from {labels['anchor'](old.anchor)} to"
            f" day {new.day} from {labels['anchor'](new.anchor)}"
        )
    if old.action != new.action:
        words.append(f"{labels['action'](old.action)} to {labels['action'](new.action)}")
    if old.template != new.template:
        words.append(f"text {old.template or 'none'} to {new.template or 'none'}")
    if old.approval != new.approval:
        words.append(f"{labels['approval'](old.approval)} to {labels['approval'](new.approval)}")
    if old.falls_back_to_mail != new.falls_back_to_mail:
        words.append("falls back to mail" if new.falls_back_to_mail else "no longer falls back")
    if old.not_before_due != new.not_before_due:
        words.append("waits for the due date" if new.not_before_due else "does not wait any more")
    if old.min_balance != new.min_balance:
        words.append(f"from {money.words(old.min_balance)} to {money.words(new.min_balance)} up")
    return words


def _shortened(change: list[str]) -> str:
    text = "; ".join(change)
    return text if len(text) <= 300 else text[:299] + "…"
