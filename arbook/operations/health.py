"""Whether this process may be sent requests, in words an operator understands."""

from dataclasses import dataclass

from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor


@dataclass(frozen=True)
class Readiness:
    """``troubles`` by what they concern; none means ready."""

    troubles: dict[str, str]

    @property
    def is_ready(self) -> bool:
        return not self.troubles


_migrated = False


def readiness() -> Readiness:
    """Ready is: the database answers, and its schema is not older than this code.

    A newer schema is fine: migrations run before the code that needs them, beside the old one.
    """
    troubles = {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        if waiting := _unapplied():
            troubles["migrations"] = f"{len(waiting)} not applied, the first is {waiting[0]}"
    except Error as error:
        connection.close()
        troubles["database"] = type(error).__name__
    return Readiness(troubles)


def _unapplied() -> list[str]:
    """Migrations of this code that the database has not seen; once none, this code has all."""
    global _migrated
    if _migrated:
        return []
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    _migrated = not plan
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
