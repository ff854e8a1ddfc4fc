"""What a person leaves behind in the database, and the act that takes it out."""

from django.apps import apps
from django.db import connection

from arbook.setup import erasing, persons
from tests.factories import NOW

NUMBER, MAIL = "+18605550177", "rosalind.quimby@mail.example"

# What must be nowhere afterwards, but in the ledger of consent.
TRACES = ["Quimby", "Rosalind", "860555017", "555-0177", "rosalind.quimby", "12 Elm", "my late"]


def erase(customer, *, now=NOW, **how) -> dict:
    how = {"reason": "Asked by letter of Nov 2", "by": None} | how
    return erasing.erase(persons.of_customer(customer), now=now, **how)


def whole_database(*, but: tuple[str, ...] = ()) -> str:
    """Every row of every table of ours as text."""
    rows = []
    with connection.cursor() as cursor:
        for model in apps.get_models():
            table = model._meta.db_table
            if table not in but:
                cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
                rows += [f"{table}: {row[0]}" for row in cursor.fetchall()]
    return "\n".join(rows)


def traces(**how) -> list[str]:
    said = whole_database(**how).splitlines()
    return [line for line in said for trace in TRACES if trace.lower() in line.lower()]
