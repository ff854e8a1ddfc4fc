"""A preview in the product's words: rows with their fields, what would go out, what is recorded."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from arbook.companies.models import Company
from arbook.system import words
from arbook.system.changes import Change
from arbook.system.foretelling import Preview
from arbook.web import figures

MOST_ROWS = 60
MOST_FIELDS = 10
LONGEST = 300
NOTHING = "\u2013"
# Bookkeeping columns say nothing to people.
DULL = ("uuid", "hash", "token", "created_at", "read_at", "_request_id")
HOWS = {"created": "New", "changed": "Changed", "deleted": "Gone"}


def parts(preview: Preview, company: Company) -> dict:
    """What a screen shows of a preview, in values that can be kept as JSON."""
    rows, out, record = [], [], []
    for change in preview.changes:
        if change.kind == "audit.entry" and change.after:
            record.append(change.after["said"])
        elif change.kind == "outbox.effect" and change.how == "created":
            out.append(_effect(change))
        elif change.kind != "audit.mention":
            rows.append(_row(change, preview.labels, company))
    return {
        "state": preview.state,
        "error": preview.error,
        "sentences": preview.sentences,
        "rows": rows[:MOST_ROWS],
        "more": max(len(rows) - MOST_ROWS, 0),
        "out": out,
        "record": record,
    }


def _effect(change: Change) -> dict:
    after = change.after or {}
    return {"title": words.effect(after["kind"]), "key": after["key"]}


def _row(change: Change, labels: Mapping, company: Company) -> dict:
    fields = []
    for name in change.columns:
        column = next(one for one in change.model._meta.concrete_fields if one.attname == name)
        if _is_dull(column):
            continue
        old, new = (
            _said(column, values.get(name) if values else None, labels, company)
            for values in (change.before, change.after)
        )
        if old != new and not (change.how == "created" and _is_usual(column, change.after[name])):
            fields.append([str(column.verbose_name), old, new])
    return {
        "how": HOWS[change.how],
        "tone": {"created": "ok", "changed": "info", "deleted": "bad"}[change.how],
        "model": str(change.model._meta.verbose_name),
        "label": change.label[:LONGEST],
        "fields": fields[:MOST_FIELDS],
        "pk": change.pk,
        "kind": change.kind,
    }


def _is_dull(column: models.Field) -> bool:
    return (
        column.primary_key
        or column.name == "company"
        or column.name.endswith(DULL)
        or isinstance(column, models.JSONField)
    )


def _is_usual(column: models.Field, value: Any) -> bool:
    """Of a new row: what every such row begins with."""
    return value in (None, "", False) or (column.has_default() and value == column.get_default())


def _said(column: models.Field, value: Any, labels: Mapping, company: Company) -> str:
    if value is None or value == "":
        return NOTHING
    if column.is_relation:
        return labels.get((column.related_model._meta.label_lower, value), f"number {value}")
    if column.choices:
        return str(dict(column.flatchoices).get(value, value))
    match value:
        case bool():
            return "yes" if value else "no"
        case Decimal() if column.decimal_places == 2:
            return figures.money(value, company.currency)
        case datetime():
            return figures.moment(value)
        case date():
            return figures.day(value)
        case _:
            text = str(value)
            return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
