"""The texts in force for a company: its own, else the house's edited ones, else built in."""

from dataclasses import dataclass

from django.db.models import Q

from arbook.companies.models import Company
from messaging import default_templates
from messaging.models import Template

DEFAULT_KEY = "reminder"


class ComposeRefused(Exception):
    """The text cannot be made. The message is fit for the screen."""


@dataclass(frozen=True, slots=True)
class Found:
    key: str
    version: int
    text: default_templates.Text


class Library:
    """The texts of one company, read once for a whole run."""

    def __init__(self, company: Company):
        rows = Template.objects.filter(Q(company=company) | Q(company=None), is_current=True)
        self._rows: dict[tuple[str, str, str], Template] = {}
        for row in sorted(rows, key=lambda row: row.company_id is not None):
            self._rows[row.key, row.medium, row.language] = row

    def with_text(
        self, key: str, medium: str, language: str, text: default_templates.Text
    ) -> "Library":
        """The same library with one text as somebody is writing it."""
        other = Library.__new__(Library)
        row = Template(key=key, medium=medium, language=language, version=0)
        row.subject, row.body = text.subject, text.body
        other._rows = self._rows | {(key, medium, language): row}
        return other

    def find(self, key: str, medium: str, language: str, *, is_combined: bool = False) -> Found:
        """The text of a step; the ordinary reminder where nobody wrote the step's own."""
        # A step written for texts may leave by mail; both spellings name the same tone.
        for name in dict.fromkeys((key or DEFAULT_KEY, key.removeprefix("text-"), DEFAULT_KEY)):
            names = [f"{name}-combined", name] if is_combined else [name]
            for each in names:
                if row := self._rows.get((each, medium, language)):
                    return _found(each, row)
            built_in = default_templates.find(name, medium, language, is_combined=is_combined)
            if built_in and language in default_templates.LANGUAGES:
                return Found(name, default_templates.VERSION, built_in)
            # Nobody wrote it in this language: a text of the company's own, in English.
            for each in names:
                if row := self._rows.get((each, medium, "en")):
                    return _found(each, row)
            if built_in:
                return Found(name, default_templates.VERSION, built_in)
        raise ComposeRefused(f"No text is written for the step {key}.")


def _found(key: str, row: Template) -> Found:
    return Found(key, row.version, default_templates.Text(row.subject, row.body))
