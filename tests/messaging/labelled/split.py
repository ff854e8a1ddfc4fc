"""Divide freshly labelled replies into a half to tune with and a half to test with.

    python -m tests.messaging.labelled.split english.jsonl spanish_and_hard.jsonl

Which half a reply falls into hangs on a hash of its id alone, so that it stays there for good and
nobody has to read it. Replies that were divided before keep their place; the sources are left as
they are. A text that stands in both halves would test what was learned: it stays in the tuning
half only.
"""

import hashlib
import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
HALVES = ("tune", "test")


def half_of(key: str) -> str:
    return HALVES[hashlib.sha256(key.encode()).digest()[0] % 2]


def spelled(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def divide(sources: list[Path]) -> dict[str, int]:
    rows: dict[str, dict] = {}
    for path in [*(HERE / f"{half}.jsonl" for half in HALVES), *sources]:
        if path.exists():
            lines = path.read_text(encoding="utf-8").splitlines()
            rows |= {row["id"]: row for row in map(json.loads, filter(str.strip, lines))}
    halves: dict[str, list[dict]] = {half: [] for half in HALVES}
    for key in sorted(rows):
        halves[half_of(key)].append(rows[key])
    known = {spelled(row["text"]) for row in halves["tune"]}
    halves["test"] = [row for row in halves["test"] if spelled(row["text"]) not in known]
    for half, kept in halves.items():
        text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in kept)
        (HERE / f"{half}.jsonl").write_text(text, encoding="utf-8")
    return {half: len(kept) for half, kept in halves.items()}


if __name__ == "__main__":
    print(divide([Path(name) for name in sys.argv[1:]]))
