"""A new version goes in beside the old one: no migration may break the code still running."""

from django.apps import apps
from django.conf import settings
from django_migration_linter import MigrationLinter

OURS = ("arbook.", "customers", "invoices", "messaging", "reconciliation")


def _first_ones() -> set[str]:
    """Before these there was no old code: they make the tables."""
    return {"0001_initial", "0002_initial"}


def test_every_migration_leaves_the_old_code_working(transactional_db):
    labels = [app.label for app in apps.get_app_configs() if app.name.startswith(OURS)]
    linter = MigrationLinter(
        str(settings.BASE_DIR),
        include_apps=labels,
        ignore_name=_first_ones(),
        no_cache=True,
        quiet=["ok", "ignore", "warning", "error"],
    )

    linter.lint_all_migrations()

    assert linter.nb_total > 5
    assert not linter.has_errors, "see manage.py lintmigrations"
