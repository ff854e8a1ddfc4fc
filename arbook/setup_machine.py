"""Makes the virtual environment of this checkout: ``python3 arbook/setup_machine.py``.

Runs before anything is installed, under any Python 3, so it uses nothing but the standard library
and no syntax newer than the sentence that asks for a newer Python.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys

CHECKOUT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(CHECKOUT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
STAMP = os.path.join(VENV, "arbook-stamp")
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt")
OLDEST = (3, 11)


def main():
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:2])
        raise SystemExit(
            f"arbook needs Python 3.11 or newer; {sys.executable} is Python {found}. "
            "Name a newer one: make setup PYTHON=python3.12"
        )
    if is_done():
        return
    if was_moved() or not is_usable():
        make_environment()
    install()
    with open(STAMP, "w") as stamp:
        stamp.write(VENV + "\n" + fingerprint())


def fingerprint():
    """What is to be installed, as one word."""
    digest = hashlib.sha256()
    for name in REQUIREMENTS:
        with open(os.path.join(CHECKOUT, name), "rb") as lock:
            digest.update(lock.read())
    return digest.hexdigest()


def is_done():
    return noted() == [VENV, fingerprint()] and is_usable()


def was_moved():
    """An environment cannot be moved or copied: its programs name the folder they were made in."""
    return bool(noted()) and noted()[0] != VENV


def noted():
    """The folder and the requirements that the environment was made for; empty when unknown."""
    try:
        with open(STAMP) as stamp:
            return stamp.read().splitlines()
    except OSError:
        return []


def is_usable():
    """Whether the environment has a Python that is new enough, runs, and has pip."""
    script = f"import pip, sys; sys.exit(sys.version_info < {OLDEST!r})"
    try:
        return subprocess.call([PYTHON, "-c", script], stderr=subprocess.DEVNULL) == 0
    except OSError:
        return False


def make_environment():
    if not can_make_environments():
        provide_venv()
    print("Making the virtual environment in .venv ...", flush=True)
    if subprocess.call([sys.executable, "-m", "venv", "--clear", VENV]):
        raise SystemExit(how_to_get_venv())


def can_make_environments():
    return all(importlib.util.find_spec(name) for name in ("venv", "ensurepip"))


def provide_venv():
    """Debian ships venv apart. Root installs it; others are told how."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit(how_to_get_venv())
    print("Installing python3-venv ...", flush=True)
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", venv_package()]
    for command in (["apt-get", "update", "-q"], install):
        if subprocess.call(command, env=quiet, stdout=subprocess.DEVNULL):
            raise SystemExit(how_to_get_venv())
    importlib.invalidate_caches()


def venv_package():
    """python3-venv belongs to /usr/bin/python3; another version has a package of its own."""
    own = "python{}.{}-venv".format(*sys.version_info[:2])
    return own if os.path.realpath(sys.executable).startswith("/usr/bin/") else "python3-venv"


def how_to_get_venv():
    return (
        f"{sys.executable} cannot make virtual environments (venv or ensurepip is missing). "
        f"On Debian or Ubuntu run: apt-get install {venv_package()}; then run make again."
    )


def install():
    print("Installing the locked requirements ...", flush=True)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--no-input", "--require-hashes"]
    for name in REQUIREMENTS:
        command += ["-r", os.path.join(CHECKOUT, name)]
    if subprocess.call(command):
        raise SystemExit(
            "The requirements could not be installed; pip says why above. "
            "Is a package registry reachable from here?"
        )


if __name__ == "__main__":
    main()
