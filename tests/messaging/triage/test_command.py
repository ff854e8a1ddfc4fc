"""The command that reads lines of replies, and its report."""

import json
import re

import pytest
from django.core.management import CommandError, call_command

from tests.messaging.triage.cases import CASES, HERE

LABELS = (
    "intent",
    "secondary",
    "opt_out",
    "must_pause",
    "promise_date",
    "promise_amount",
    "invoice",
)


def test_the_command_reads_lines_and_writes_readings(tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    asked = ("id", "channel", "received", "text", "context")
    lines = [json.dumps({key: case[key] for key in asked}) for case in CASES]
    source.write_text("\n".join(lines) + "\n\n", encoding="utf-8")

    call_command("triage", "--in", str(source), "--out", str(target))

    written = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [each["id"] for each in written] == [case["id"] for case in CASES]
    assert sum(a["intent"] == b["intent"] for a, b in zip(written, CASES, strict=True)) > 440
    assert set(written[0]) == {"id", "evidence", *LABELS}


@pytest.mark.parametrize("line", ["{", "[]", '{"text": "x"}', '{"text": "x", "received": "soon"}'])
def test_the_command_names_a_broken_line(tmp_path, line):
    source = tmp_path / "in.jsonl"
    source.write_text('{"text": "STOP", "received": "2026-05-20"}\n' + line, encoding="utf-8")

    with pytest.raises(CommandError, match=re.escape("Line 2")):
        call_command("triage", "--in", str(source), "--out", str(tmp_path / "out.jsonl"))


def test_good_lines_are_read_beside_bad_ones(tmp_path):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text(
        '{"id": 1, "text": "STOP", "received": "2026-05-20"}\n{\n'
        '{"id": 2, "text": "Friday", "received": "2026-05-20"}\n',
        encoding="utf-8",
    )

    with pytest.raises(CommandError, match=re.escape("Line 2")):
        call_command("triage", "--in", str(source), "--out", str(target))

    written = [json.loads(line) for line in target.read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in written] == [1, 2]


def test_the_report_prints_the_figures_by_language_and_for_traps(tmp_path, capsys):
    call_command("triage", "--report", str(HERE / "labelled" / "tune.jsonl"))

    printed = capsys.readouterr().out
    for words in ("accuracy", "macro-F1", "false opt-outs", "es: ", "traps: ", "replies a second"):
        assert words in printed


def test_the_command_names_a_missing_file(tmp_path):
    with pytest.raises(CommandError, match="Cannot read"):
        call_command("triage", "--in", str(tmp_path / "none"), "--out", str(tmp_path / "out"))
