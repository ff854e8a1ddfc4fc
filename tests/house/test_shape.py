"""The shape of the house: floors, foreign keys, style, migrations. One source each."""

import re
import subprocess
import sys
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command, get_commands
from django.db import models

ROOT = Path(settings.BASE_DIR)
SETUP = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
PACKAGES = SETUP["root_packages"]
BIN = Path(sys.executable).parent


def _floors() -> list[list[str]]:
    """From the roof down, as the import contract has them."""
    layers = next(one for one in SETUP["contracts"] if one["type"] == "layers")["layers"]
    return [[room.strip() for room in layer.split("|")] for layer in layers]


def _place(module: str) -> tuple[int, str]:
    """The floor (0 is the roof) and the package of a module."""
    for number, rooms in enumerate(_floors()):
        for room in rooms:
            if module == room or module.startswith(room + "."):
                return number, room
    raise AssertionError(f"{module} stands on no floor of pyproject.toml")


def _ours() -> list[type[models.Model]]:
    return [
        model
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.split(".")[0] in PACKAGES
    ]


def _arrows() -> list[tuple[type[models.Model], str, type[models.Model]]]:
    return [
        (model, field.name, field.related_model)
        for model in _ours()
        for field in [*model._meta.local_fields, *model._meta.local_many_to_many]
        if field.is_relation and field.related_model in _ours()
    ]


def test_foreign_keys_point_down_or_stay_at_home():
    upward = []
    for model, field, target in _arrows():
        (floor, room), (other_floor, other_room) = (
            _place(model.__module__),
            _place(target.__module__),
        )
        if other_floor < floor or (other_floor == floor and other_room != room):
            upward.append(f"{model._meta.label}.{field} -> {target._meta.label}")

    assert len(_arrows()) > 50
    assert upward == []


def test_every_package_stands_on_a_floor():
    roots = {ROOT / name for name in PACKAGES if name != "arbook"}
    roots |= {path.parent for path in (ROOT / "arbook").glob("*/__init__.py")}
    missing = []
    for package in sorted(roots):
        module = ".".join(package.relative_to(ROOT).parts)
        try:
            _place(module)
        except AssertionError as error:
            missing.append(str(error))

    assert missing == []


def test_imports_keep_to_the_floors():
    _runs(BIN / "lint-imports", "--no-cache")


def test_ruff_finds_nothing():
    _runs(sys.executable, "-m", "ruff", "check", "--no-cache", ".")


def test_everything_is_formatted():
    _runs(sys.executable, "-m", "ruff", "format", "--no-cache", "--check", ".")


def test_templates_are_in_order():
    _runs(BIN / "djade", "--check", "--target-version", "5.2", *_templates())


@pytest.mark.django_db
def test_no_migration_is_missing():
    said = StringIO()
    try:
        call_command("makemigrations", "--check", "--dry-run", stdout=said)
    except SystemExit:
        pytest.fail(said.getvalue())


def test_files_are_named_by_their_subject():
    nameless = {"utils", "helpers", "services", "common", "base", "misc", "managers", "signals"}
    guilty = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if path.stem in nameless or path.parent.name in nameless
    ]

    assert guilty == []


def test_only_the_engines_catch_everything():
    """Elsewhere an unexpected error is a bug and rises."""
    wide = re.compile(r"except\s*(BaseException|Exception)?\s*(as \w+)?:")
    allowed = {
        "arbook/webhooks/process.py",
        "arbook/outbox/drain.py",
        "arbook/outbox/outcomes.py",
        "arbook/outbox/doubt.py",
        "arbook/setup/worker.py",
        "arbook/heartbeat/jobs.py",
    }
    guilty = sorted(
        {
            name
            for package in PACKAGES
            for path in (ROOT / package).rglob("*.py")
            if wide.search(path.read_text())
            and (name := str(path.relative_to(ROOT))) not in allowed
            and not name.startswith(("arbook/sandbox/", "arbook/processes/"))
        }
    )

    assert guilty == []


def test_only_doors_ask_the_clock():
    """Subjects take ``now``; the real time is nobody's business but the clock's and leases'."""
    wanted = re.compile(r"timezone\.now\(|datetime\.now\(|datetime\.utcnow|date\.today\(")
    guilty = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if wanted.search(path.read_text())
        and path.name != "clock.py"
        and "sandbox" not in path.parts
        and "migrations" not in path.parts
    ]

    assert guilty == []


@pytest.mark.parametrize(
    "forbidden",
    [
        pytest.param(r"<script(?![^>]*\s(src|type=\"application/json\"))", id="inline-script"),
        pytest.param(r"<style\b", id="inline-style"),
        pytest.param(r"\sstyle\s*=", id="style-attribute"),
        pytest.param(r"<[^>]*\son[a-z]+\s*=", id="event-attribute"),
        pytest.param(r"hx-on", id="hx-on"),
        pytest.param(r"javascript:", id="javascript-url"),
        pytest.param(r"(src|href)=\"(https?:)?//", id="foreign-host"),
        # Only a form's help text, which is ours, may hold markup.
        pytest.param(r"(?<!help)\|\s*safe\b|autoescape off", id="unescaped"),
    ],
)
def test_no_template_needs_more_than_the_strict_policy(forbidden):
    guilty = [
        name
        for name in _templates()
        # A mail program, or whoever opens a file of evidence, knows no stylesheet of ours.
        if "/mail/" not in name
        and name not in ALONE
        and re.search(forbidden, (ROOT / name).read_text(), re.I)
    ]

    assert guilty == []


ALONE = {"templates/messaging/evidence_file.html"}


def _templates() -> list[str]:
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html"))


def _runs(*command) -> None:
    done = subprocess.run(
        [str(part) for part in command], cwd=ROOT, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def test_every_command_the_papers_name_exists():
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([a-z]+):", makefile, re.M))
    commands = set(get_commands())
    papers = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "Makefile"]
    wrong = []
    for paper in papers:
        text = paper.read_text()
        named = set(re.findall(r"`make ([a-z]+)|^\s*\$? ?make ([a-z]+)", text, re.M))
        wrong += [f"{paper.name}: make {a or b}" for a, b in named if (a or b) not in targets]
        named = set(re.findall(r"manage\.py ([a-z_]+)", text))
        wrong += [f"{paper.name}: manage.py {one}" for one in named if one not in commands]

    assert wrong == []
