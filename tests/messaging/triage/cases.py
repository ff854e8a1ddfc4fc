"""The labelled replies, and the day the single ones come in."""

import json
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent.parent


def rows_of(name):
    return [json.loads(line) for line in (HERE / name).read_text(encoding="utf-8").splitlines()]


CASES = rows_of("replies.jsonl")
WEDNESDAY = date(2026, 5, 20)
