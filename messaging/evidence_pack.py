"""One file for an owner or a lawyer: everything about a customer or a number, in a chain.

The rows are summed one after the other, so that a changed row is found at its place; the seal over
all of it stands in our own record, so that a file rewritten as a whole is found as well.
"""

import hashlib
import inspect
import json
import zipfile
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import IO

from django.db import transaction
from django.template.loader import render_to_string

from arbook.audit import log
from arbook.audit.models import Entry
from arbook.companies.models import Company, User
from arbook.web import export as files
from customers.person import Person
from messaging import evidence_chain, evidence_rows
from messaging.evidence_chain import MANIFEST, ROWS, START, Verdict

FORMAT = "arbook evidence 1"
VERB = "evidence.made"


@dataclass(frozen=True, slots=True)
class Made:
    """A pack that was written: how many rows of each kind, and the seal over it."""

    counts: dict[str, int]
    seal: str


@dataclass(frozen=True, slots=True)
class Checked:
    """What a pack is worth: whole in itself, and the very one that was made here."""

    verdict: Verdict
    entry: Entry | None

    @property
    def is_ours(self) -> bool:
        return self.verdict.is_whole and self.entry is not None


@transaction.atomic
def make(person: Person, file: IO[bytes], *, by: User | None, now: datetime) -> Made:
    """Write the zip, and its seal into the record."""
    rows = [
        {
            "n": number,
            "kind": row.kind,
            "at": row.at.isoformat() if row.at else None,
            "said": row.said,
            "facts": json.loads(json.dumps(row.facts, default=str)),
        }
        for number, row in enumerate(evidence_rows.gather(person), start=1)
    ]
    previous, chain = START, []
    for row in rows:
        row["previous"] = previous
        row["hash"] = previous = evidence_chain.hash_of(previous, row)
        chain.append(previous)
    counts = dict(Counter(row["kind"] for row in rows))
    about = {
        "format": FORMAT,
        "company": person.company.name,
        "about": str(person),
        "addresses": sorted(person.addresses),
        "made_at": now.isoformat(),
        "made_by": str(by or "arbook"),
        "rows": len(rows),
        "kinds": counts,
        "head": previous,
    }
    parts = {
        "index.html": _page(person, rows, about).encode(),
        ROWS: "".join(f"{json.dumps(row)}\n" for row in rows).encode(),
        "table.csv": _table(rows),
        "verify.py": inspect.getsource(evidence_chain).encode(),
    }
    sums = {name: hashlib.sha256(content).hexdigest() for name, content in parts.items()}
    manifest = about | {"chain": chain, "files": sums}
    manifest["seal"] = evidence_chain.seal_of(manifest)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as pack:
        for name, content in parts.items():
            pack.writestr(name, content)
        pack.writestr(MANIFEST, json.dumps(manifest, indent=1))
    log.record(
        VERB,
        f"An evidence pack was handed out: {len(rows)} rows.",
        about=[person.customer] if person.customer else [],
        by=by,
        at=now,
        company=person.company,
        seal=manifest["seal"],
        rows=len(rows),
    )
    return Made(counts, manifest["seal"])


def check(company: Company, file: IO[bytes]) -> Checked:
    """Look through a pack, and for its seal in our record."""
    verdict = evidence_chain.verify(file)
    entry = None
    if verdict.is_whole:
        rows = Entry.objects.filter(company=company, verb=VERB, data__seal=verdict.seal)
        entry = rows.select_related("by").first()
    return Checked(verdict, entry)


def _page(person: Person, rows: list[dict], about: dict) -> str:
    zone = person.company.zone
    shown = [
        row
        | {
            "local": clock_words(row["at"], zone),
            "words": row["facts"].get("words", ""),
            "subject": row["facts"].get("subject", ""),
            "checks": row["facts"].get("checks", []),
            "rest": [
                (name, value)
                for name, value in row["facts"].items()
                if name not in ("words", "subject", "checks") and value not in (None, "", [], {})
            ],
        }
        for row in rows
    ]
    context = {"about": about, "rows": shown, "company": person.company, "zone": zone.key}
    return render_to_string("messaging/evidence_file.html", context)


def clock_words(at: str | None, zone) -> str:
    """An instant as the business' own clock showed it."""
    if at is None:
        return ""
    local = datetime.fromisoformat(at).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M:%S %Z}"


def _table(rows: list[dict]) -> bytes:
    header = ["Number", "Kind", "When (UTC)", "What", "Words", "Hash"]
    cells = [
        [row["n"], row["kind"], row["at"] or "", row["said"], row["facts"].get("words") or "",
         row["hash"]]
        for row in rows
    ]  # fmt: skip
    return files.as_csv(name="evidence", header=header, rows=cells).getvalue()
