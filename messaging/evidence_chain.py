"""Check an evidence pack: is every row as it was when the pack was made?

Run it beside the pack: python3 verify.py PACK.zip. It needs nothing but Python, so that whoever
doubts the desk need not trust the desk's own program.

Each line of rows.jsonl is one row with its number, kind, time, sentence and facts. Its hash is
SHA-256 over the hash before it (32 zero bytes before the first) and over the row as JSON with
sorted keys, no spaces, and everything beyond ASCII as \\uXXXX. The manifest lists every hash, the
sums of the other files, and a seal over itself; the desk keeps the seal in its own record.
"""

import hashlib
import json
import sys
import zipfile
from dataclasses import dataclass

START = "0" * 64
ROWS, MANIFEST = "rows.jsonl", "manifest.json"
COVERED = ("n", "kind", "at", "said", "facts")
LARGEST = 300_000_000


@dataclass(frozen=True)
class Verdict:
    """What was found. ``row`` is the first row that does not fit, where it is a row."""

    is_whole: bool
    rows: int = 0
    seal: str = ""
    breach: str = ""
    row: int | None = None


def canonical(value) -> bytes:
    """The one way a row is written where it is summed."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return text.encode()


def hash_of(previous: str, row: dict) -> str:
    """The hash of a row, from the hash before it."""
    covered = {name: row.get(name) for name in COVERED}
    return hashlib.sha256(bytes.fromhex(previous) + canonical(covered)).hexdigest()


def seal_of(manifest: dict) -> str:
    """The seal over everything else a manifest says."""
    rest = {name: value for name, value in manifest.items() if name != "seal"}
    return hashlib.sha256(canonical(rest)).hexdigest()


def verify(file) -> Verdict:
    """Look through a pack (a path or an open file) and name the first thing that does not fit."""
    try:
        with zipfile.ZipFile(file) as pack:
            if sum(one.file_size for one in pack.infolist()) > LARGEST:
                return Verdict(False, breach="The file is larger than any pack.")
            names = pack.namelist()
            if len(set(names)) < len(names):
                return Verdict(False, breach="The pack holds a file twice.")
            files = {name: pack.read(name) for name in names}
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError, EOFError):
        return Verdict(False, breach="This is no pack, or it cannot be read.")
    try:
        return _look(files)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError):
        return Verdict(False, breach="The pack is not written as packs are.")


def _look(files: dict) -> Verdict:
    manifest = json.loads(files[MANIFEST])
    chain = manifest["chain"]
    previous, count = START, 0
    for line in files[ROWS].decode().splitlines():
        count += 1
        breach = _row(line, count, previous, chain)
        if breach:
            return Verdict(False, count, manifest["seal"], breach, count)
        previous = chain[count - 1]
    if count < len(chain):
        breach = f"Rows {count + 1} to {len(chain)} are missing."
        return Verdict(False, count, manifest["seal"], breach, count + 1)
    if manifest["seal"] != seal_of(manifest):
        return Verdict(False, count, manifest["seal"], "The manifest was changed.")
    for name in sorted(set(files) | set(manifest["files"])):
        if name == MANIFEST:
            continue
        if name not in files:
            return Verdict(False, count, manifest["seal"], f"{name} is missing.")
        if hashlib.sha256(files[name]).hexdigest() != manifest["files"].get(name):
            return Verdict(False, count, manifest["seal"], f"{name} was changed.")
    return Verdict(True, count, manifest["seal"])


def _row(line: str, number: int, previous: str, chain: list) -> str:
    """What is wrong with one row; empty when it fits."""
    if number > len(chain):
        return f"Row {number} was added."
    try:
        row = json.loads(line)
    except ValueError:
        return f"Row {number} cannot be read."
    if not isinstance(row, dict) or row.get("n") != number:
        return f"Row {number} is not where it was."
    if row.get("previous") != previous or row.get("hash") != chain[number - 1]:
        return f"Row {number} does not follow the row before it."
    if hash_of(previous, row) != chain[number - 1]:
        return f"Row {number} was changed: {row.get('kind')} of {row.get('at')}."
    return ""


def main(arguments: list) -> int:
    """Say what was found, for every pack named."""
    if not arguments:
        sys.stdout.write("Name the pack: python3 verify.py PACK.zip\n")
        return 2
    worst = 0
    for name in arguments:
        found = verify(name)
        if found.is_whole:
            sys.stdout.write(f"{name}: whole, {found.rows} rows, seal {found.seal}\n")
        else:
            sys.stdout.write(f"{name}: TOUCHED. {found.breach}\n")
            worst = 1
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
