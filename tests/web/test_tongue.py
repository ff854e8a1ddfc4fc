"""Pages for customers in two languages: every sentence has both, with the same fields."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template import Context, Template

from arbook.web import spanish

TEMPLATES = Path(settings.BASE_DIR) / "templates"
SAID = re.compile(r'\{% say "([^"]+)"')
FIELD = re.compile(r"\{\w+\}")
# What is refused on these pages is said by the code that refuses.
SPEAKERS = [
    *("reconciliation/checkout.py", "reconciliation/copies.py", "reconciliation/forms.py"),
    *("invoices/plans.py", "customers/opt_ins.py", "messaging/views/unsubscribe.py"),
]


def _written() -> set[str]:
    return {one for path in TEMPLATES.rglob("*.html") for one in SAID.findall(path.read_text())}


def test_every_sentence_of_a_page_for_customers_is_there_in_spanish():
    assert _written() - set(spanish.SENTENCES) == set()


def test_no_sentence_is_kept_that_nobody_says():
    code = "".join(Path(settings.BASE_DIR, name).read_text() for name in SPEAKERS)
    code = re.sub(r'"\s*\n\s*"', "", code)
    unsaid = {one for one in set(spanish.SENTENCES) - _written() if one not in code}

    assert unsaid - {"Mobile number", "This field is required."} == set()


@pytest.mark.parametrize("english", spanish.SENTENCES)
def test_both_have_the_same_fields(english):
    assert set(FIELD.findall(english)) == set(FIELD.findall(spanish.SENTENCES[english]))


def test_what_a_name_holds_is_escaped_and_an_unknown_sentence_stays_english():
    page = Template(
        '{% load tongue %}{% say "Payment plan for {name}" name=name|isolated %}|{% say trouble %}'
    )
    values = {"language": "es", "name": "<b>", "trouble": "Odd {x} <i>"}

    said = page.render(Context(values))

    assert said == ('Plan de pagos para <span dir="auto">&lt;b&gt;</span>|Odd {x} &lt;i&gt;')
