"""The movable clock: real time plus an offset kept in one small file.

Every process of a demo (web, worker, sandbox) reads the same file, so "next day" moves them all.
The file is `clock.json` in the data folder: `{"offset": seconds}`. It is replaced atomically and
read again only when it has changed. Without the file the clock is real time.
"""

import json
import os
import tempfile
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

_lock = threading.Lock()
_path: Path | None = None
_seen: tuple[int, int] | None = None
_offset = 0.0


def path() -> Path:
    """The clock file: the one set by `use`, else the one in the data folder."""
    if _path is not None:
        return _path
    return _in_folder(os.environ.get("ARBOOK_DATA", ""))


@cache
def _in_folder(folder: str) -> Path:
    return Path(folder or Path(__file__).resolve().parents[2] / ".data") / "clock.json"


def use(file: str | Path | None) -> None:
    """Read and write this clock file from now on; `None` goes back to the data folder's."""
    global _path, _seen, _offset
    with _lock:
        _path = Path(file) if file else None
        _seen, _offset = None, 0.0


def offset() -> float:
    """Seconds this clock runs ahead of real time."""
    global _seen, _offset
    file = path()
    try:
        stat = os.stat(file)
    except OSError:
        _seen, _offset = None, 0.0
        return 0.0
    mark = (stat.st_mtime_ns, stat.st_ino)
    if mark != _seen:
        try:
            _offset = float(json.loads(file.read_text())["offset"])
        except (OSError, ValueError, KeyError, TypeError):
            return _offset
        _seen = mark
    return _offset


def now() -> datetime:
    """The instant on this clock, aware, in UTC."""
    return datetime.fromtimestamp(time.time() + offset(), UTC)


def stamp() -> float:
    """The instant on this clock in seconds since the epoch."""
    return time.time() + offset()


def move(delta: timedelta) -> datetime:
    """Move the clock by `delta` and give the new instant."""
    with _lock:
        _write(offset() + delta.total_seconds())
    return now()


def move_to(instant: datetime) -> datetime:
    """Set the clock so that it is `instant` (aware) now."""
    with _lock:
        _write(instant.timestamp() - time.time())
    return now()


def reset() -> datetime:
    """Back to real time."""
    with _lock:
        path().unlink(missing_ok=True)
    return now()


def _write(seconds: float) -> None:
    file = path()
    file.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=".clock-")
    with os.fdopen(handle, "w") as out:
        json.dump({"offset": seconds}, out)
    os.replace(temporary, file)
