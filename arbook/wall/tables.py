"""Which tables stand behind the wall, read off the models.

A model with a ``company`` is walled by it; one without is walled by the first row it must point to
that is walled itself (a line by its message). What remains must be named here, with a reason.
"""

from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import models

COMPANY = "companies.Company"
OURS = ("arbook", "customers", "invoices", "messaging", "reconciliation")

EVERYTHING = "SELECT, INSERT, UPDATE, DELETE"
# Less than everything.
GRANTS = {
    COMPANY: "SELECT, UPDATE",  # companies are made and ended outside
    "audit.Entry": "SELECT, INSERT",  # what is recorded stays
    "audit.Mention": "SELECT, INSERT",
    "audit.Seal": "SELECT",
    "audit.Waiting": "SELECT",  # the database itself lists what waits
    "audit.Redaction": "SELECT, INSERT",
}
# Used inside, though the rows belong to no company: in which ways, and why.
SHARED = {
    "companies.Standstill": (
        "SELECT",
        "the stop for all is asked before anything leaves",
    ),
    "gateways.Line": (
        EVERYTHING,
        "whether a vendor may be asked now; the mail server's line is everybody's",
    ),
    "gateways.Measure": (
        "SELECT, INSERT, UPDATE",
        "counts of calls over all companies",
    ),
    "web.Remembered": (EVERYTHING, "counters that all processes share, no company's data"),
}
# Rows without a company that everybody inside may read as well.
HOUSE = {"messaging.Template": "the house's own wording"}
# Rows that several companies know: people, each seen where they work or once did something.
PEOPLE = "companies.User"
# Not for anyone inside.
OUTSIDE = {
    "companies.User_groups": "Django's own rights, unused; the support desk is outside",
    "companies.User_user_permissions": "Django's own rights, unused; the support desk is outside",
    "audit.Check": "verifications of the record of all companies",
    "heartbeat.Beat": "signs of life of processes",
    "heartbeat.JobRun": "errors of jobs, which name companies",
}


@dataclass(frozen=True)
class Table:
    """One walled table. ``company`` is its own column, or ``via`` points to the row that has it."""

    model: type[models.Model]
    company: str | None
    via: models.Field | None
    may_be_nobodys: bool

    @property
    def label(self) -> str:
        return self.model._meta.label

    @property
    def name(self) -> str:
        return self.model._meta.db_table

    @property
    def pk(self) -> str:
        return self.model._meta.pk.column

    @property
    def grants(self) -> str:
        return GRANTS.get(self.label, EVERYTHING)

    @property
    def arrows(self) -> list[tuple[str, "Table"]]:
        """Columns that point at rows of walled tables, besides the one that says whose it is."""
        known = walled()
        return [
            (field.column, known[field.related_model._meta.label])
            for field in self.model._meta.local_concrete_fields
            if field.is_relation
            and field != self.via
            and field.column != self.company
            and field.related_model._meta.label in known
            and field.related_model._meta.label != COMPANY
        ]

    @property
    def may_point_nowhere(self) -> bool:
        """Whether a row may leave every one of its arrows empty."""
        empty = {field.column for field in self.model._meta.local_concrete_fields if field.null}
        return all(column in empty for column, _ in self.arrows)


def ours() -> list[type[models.Model]]:
    """Every table of the product, those that Django makes for many-to-many fields included."""
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.split(".")[0] in OURS and model._meta.managed and not model._meta.proxy
    ]


@cache
def walled() -> dict[str, Table]:
    """Every walled table by its model's label."""
    found: dict[str, Table] = {}
    for model in ours():
        label = model._meta.label
        if label == COMPANY:
            found[label] = Table(model, model._meta.pk.column, None, False)
        elif field := _company_of(model):
            found[label] = Table(model, field.column, None, field.null)
    # Those without a company of their own, as often as one stands behind another.
    waiting = [one for one in ours() if one._meta.label not in found.keys() | _named()]
    while waiting:
        reached = {one: via for one in waiting if (via := _way(one, found))}
        if not reached:
            break
        for model, via in reached.items():
            found[model._meta.label] = Table(model, None, via, False)
        waiting = [one for one in waiting if one not in reached]
    return found


def unnamed() -> list[str]:
    """Tables of ours that are neither walled nor named with a reason; nobody inside sees them."""
    known = walled().keys() | _named()
    return sorted(one._meta.label for one in ours() if one._meta.label not in known)


def _named() -> set[str]:
    return {PEOPLE, *SHARED, *OUTSIDE}


def _company_of(model: type[models.Model]) -> models.Field | None:
    for field in model._meta.local_concrete_fields:
        if field.name == "company" and field.is_relation:
            return field
    return None


def _way(model: type[models.Model], found: dict[str, Table]) -> models.Field | None:
    for field in model._meta.local_concrete_fields:
        if field.is_relation and not field.null and field.related_model._meta.label in found:
            return field
    return None
