"""Labelled replies: `tune.jsonl` to learn from, `test.jsonl` that stays shut until the end."""
