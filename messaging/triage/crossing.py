"""How well replies are read that were not learned from: ``python -m messaging.triage.crossing``.

Each file of labelled replies is measured with weights learned without it. Rules and examples were
written after looking at all of them, so a stranger's replies are read less well than this.
"""

import sys
import tempfile
from pathlib import Path

from messaging.triage import learning, lines, measuring, second_opinion


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "weights.json"
        for half in (*learning.HALVES, *learning.OPENED):
            learning.save(learning.learn(learning.examples(without=half)), weights)
            replies, _ = lines.replies(half.read_text(encoding="utf-8").split("\n"))
            with second_opinion.learned_from(weights):
                sys.stdout.write(f"{half.stem}, not learned from\n{measuring.report(replies)}\n\n")


if __name__ == "__main__":
    main()
