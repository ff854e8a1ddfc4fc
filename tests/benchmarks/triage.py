"""Reading replies on one core, against the time their JSON takes to be parsed.

The limit is absolute: 2,000 replies a second. Processor time is counted, so that what else the
machine does weighs little; the ratio beside it says how much more than parsing a reading costs.
"""

import json
import time
from pathlib import Path
from statistics import median

from tests.benchmarks.measure import Ratio

LABELLED = Path(__file__).resolve().parents[1] / "messaging" / "labelled"
TURNS = 9
LEAST = 2_000


def run() -> list[Ratio]:
    from messaging.triage import lines

    rows = [
        line
        for half in ("tune", "test")
        for line in (LABELLED / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    replies, _ = lines.replies(rows)
    for reply in replies:
        reply.read()
    reading, parsing = [], []
    for _ in range(TURNS):
        reading.append(_seconds(lambda: [reply.read() for reply in replies]))
        parsing.append(_seconds(lambda: [json.loads(row) for _ in range(10) for row in rows]) / 10)
    rate = len(replies) / median(reading)
    how = f"{rate:,.0f}/s on one core, {len(replies):,} replies"
    share = median(a / b for a, b in zip(reading, parsing, strict=True))
    parsed = f"{median(reading) * 1000:.0f} ms against {median(parsing) * 1000:.1f} ms"
    return [
        Ratio(f"replies read a second to {LEAST:,}", rate / LEAST, 1.0, True, how),
        Ratio("replies, time to read them to parsing their JSON", share, None, False, parsed),
    ]


def _seconds(work) -> float:
    before = time.process_time()
    work()
    return time.process_time() - before
