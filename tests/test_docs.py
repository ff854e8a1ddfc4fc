"""The pages of documentation, held to the code they speak of."""

import ast
import re
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

from arbook import clock, schedule
from arbook.gateways.stripe import API_VERSION
from arbook.setup import companies
from arbook.setup.management.commands import connect
from arbook.setup.status import report
from arbook.webhooks.registry import HANDLERS
from tests import factories

ROOT = Path(settings.BASE_DIR)
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
README, CONFIGURATION, GOING_LIVE, HOUSE = (
    (ROOT / name).read_text()
    for name in ("README.md", "docs/configuration.md", "docs/going-live.md", "docs/house.md")
)
PACKAGES = ("arbook", "customers", "invoices", "messaging", "reconciliation")
# Names that tests give to processes of their own, and that nothing outside the tests reads.
WITHIN_TESTS = {"ARBOOK_TEST_MARK"}
ASKS = {"str", "int", "bool", "float", "list", "get", "setdefault", "getenv", "pop"}
READERS = {"_of_intuit", "_required", "_vendor", "environment", "getenv"}


def _sources() -> Iterator[Path]:
    yield ROOT / "manage.py"
    for folder in (*PACKAGES, "tests"):
        yield from sorted((ROOT / folder).rglob("*.py"))


def _read_by(tree: ast.AST) -> Iterator[str]:
    """Names of environment variables that a module asks for, told by how it asks."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load):
            place, name = node.value, node.slice
            asks = ast.unparse(place) in ("os.environ", "environment")
        elif isinstance(node, ast.Call) and node.args:
            place, name = node.func, node.args[0]
            owner, _, method = ast.unparse(place).rpartition(".")
            asks = method in READERS or (
                method in ASKS and owner in ("env", "os.environ", "os", "environment")
            )
        else:
            continue
        word = name.value if asks and isinstance(name, ast.Constant) else None
        if isinstance(word, str) and re.fullmatch(r"[A-Z][A-Z0-9_]+", word):
            yield word


def _variables() -> set[str]:
    found = {
        name for path in _sources() for name in _read_by(ast.parse(path.read_text(), str(path)))
    }
    return found - WITHIN_TESTS


def _tables(page: str) -> Iterator[str]:
    """The first cell of each row of the tables."""
    for line in page.splitlines():
        if line.startswith("|") and not line.startswith("|--"):
            yield line.split("|")[1].strip()


def _without_code(page: str) -> str:
    return re.sub(r"^```.*?^```", "", page, flags=re.S | re.M)


# --- Configuration -------------------------------------------------------------------------------


def test_every_variable_that_is_read_is_documented():
    described = {cell.strip("`") for cell in _tables(CONFIGURATION)}

    assert len(_variables()) > 30
    assert _variables() - described == set()


def test_no_documented_variable_is_unknown_to_the_code():
    first = CONFIGURATION.partition("## 2.")[0]
    described = {cell.strip("`") for cell in _tables(first) if re.fullmatch(r"`[A-Z_]+`", cell)}

    assert described - _variables() == set()


def test_every_setting_of_a_company_is_documented():
    flags = [f"`--{name.replace('_', '-')}`" for name in [*companies.SETTABLE, "mode"]]

    assert [flag for flag in flags if flag not in CONFIGURATION] == []


def test_every_secret_of_connect_is_documented_with_its_variable():
    for vendor, names in connect.OPTIONS.items():
        row = next(line for line in CONFIGURATION.splitlines() if line.startswith(f"| {vendor} |"))
        for name in names:
            assert f"`--{name.replace('_', '-')}`" in row
            assert f"`ARBOOK_{name.upper()}`" in row


def test_every_command_of_ours_is_documented():
    ours = {
        name
        for name, app in get_commands().items()
        if (app if isinstance(app, str) else app.name).split(".")[0] in PACKAGES
    }

    assert ours
    assert {name for name in ours if f"`manage.py {name}" not in CONFIGURATION} == set()


def test_every_field_of_the_status_is_documented(db):
    factories.company()

    state = report(now=clock.now())
    names = [*state, *state["companies"][0], *state["companies"][0]["books"], *state["inbound"]]

    page = CONFIGURATION.partition("**`status --json`**")[2].partition("## 5.")[0]
    assert [name for name in names if not re.search(rf"`{name}\b|\.{name}\b", page)] == []


# --- Going live ----------------------------------------------------------------------------------


def test_the_events_to_register_at_stripe_are_those_handled():
    listed = re.findall(r"^- `([a-z_.]+)`$", GOING_LIVE, re.M)

    assert sorted(listed) == sorted(kind for vendor, kind in HANDLERS if vendor == "stripe")


def test_the_endpoint_is_pinned_to_the_version_the_gateway_speaks():
    assert f"**{API_VERSION}**" in GOING_LIVE


def test_the_entities_to_register_at_intuit_are_those_handled():
    row = next(line for line in GOING_LIVE.splitlines() if line.startswith("| Webhook entities"))
    handled = {kind.partition(".")[0] for vendor, kind in HANDLERS if vendor == "quickbooks"}

    assert {name.lower() for name in re.findall(r"[A-Z][A-Za-z]+", row.split("|")[2])} == handled


# --- README and house ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["requirements.in", "requirements-dev.in"])
def test_every_dependency_has_a_line_that_says_why(name):
    lines = (ROOT / name).read_text().splitlines()
    wanted = {re.split(r"[\[~=<>; ]", line)[0] for line in lines if re.match(r"[a-zA-Z]", line)}

    assert wanted - {cell.strip("`") for cell in _tables(README)} == set()


def test_every_target_of_make_is_documented():
    targets = re.search(r"^\.PHONY:(.*)$", (ROOT / "Makefile").read_text(), re.M)[1].split()

    assert {f"make {name}" for name in targets} - {cell.strip("`") for cell in _tables(README)} == (
        set()
    )


def test_the_sign_in_lines_are_those_of_the_demo():
    from arbook.setup import demo

    assert [
        email for email in demo.PEOPLE if f"| `{email}` | `{demo.PASSWORD}` |" not in README
    ] == ([])


def test_the_map_names_every_job():
    assert [job.name for job in schedule.JOBS if f"| {job.name} |" not in HOUSE] == []


def test_the_map_names_every_package_on_a_floor():
    import tomllib

    setup = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    layers = next(one for one in setup["contracts"] if one["type"] == "layers")["layers"]
    rooms = [room.strip() for layer in layers for room in layer.split("|")]

    assert [room for room in rooms if f"`{room}`" not in HOUSE] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_file_and_module_that_is_named_exists(page):
    missing = []
    for name in re.findall(r"`([\w./-]+)`", _without_code(page.read_text())):
        root = name.split("/")[0].split(".")[0]
        if "/" in name and root in (*PACKAGES, "tests", "templates", "static", "docs"):
            if not (ROOT / name).exists():
                missing.append(name)
        elif re.fullmatch(r"[a-z_]+(\.[a-z_]+)+", name) and root in PACKAGES:
            missing += [] if _is_there(name) else [name]

    assert missing == []


def _is_there(dotted: str) -> bool:
    """Whether a module of this name is there, or a name in its parent."""
    parts = dotted.split(".")
    if (ROOT.joinpath(*parts)).is_dir() or ROOT.joinpath(*parts).with_suffix(".py").exists():
        return True
    parent = ".".join(parts[:-1])
    return find_spec(parent) is not None and hasattr(
        __import__(parent, fromlist=[parts[-1]]), parts[-1]
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.name)
def test_every_link_leads_somewhere(page):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", _without_code(page.read_text())):
        if target.startswith(("http://", "https://")):
            continue
        name, _, anchor = target.partition("#")
        other = (page.parent / name).resolve() if name else page
        if not other.exists() or (anchor and anchor not in _anchors(other)):
            broken.append(target)

    assert broken == []


def _anchors(page: Path) -> set[str]:
    """How the headings of a page are addressed."""
    headings = re.findall(r"^#+ (.+)$", _without_code(page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", one.lower()).strip().replace(" ", "-") for one in headings}
