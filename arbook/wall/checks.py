"""``manage.py check --database default``: whether the wall between companies stands."""

from django.core import checks
from django.db import connections

from arbook.wall import install


def wall_stands(app_configs=None, databases=None, **kwargs) -> list[checks.CheckMessage]:
    found: list[checks.CheckMessage] = []
    for using in databases or []:
        connection = connections[using]
        if connection.vendor != "postgresql" or not install.tables_here(using):
            continue
        # Warnings, because migrate runs the checks before it mends what they tell.
        if install.roles_missing(using):
            found.append(checks.Warning(install.instructions(connection), id="wall.W001"))
        elif behind := install.missing(using):
            found.append(
                checks.Warning(
                    f"These tables do not stand behind the wall as the models say: "
                    f"{', '.join(sorted(behind))}.",
                    hint="Run manage.py migrate.",
                    id="wall.W002",
                )
            )
        if strange := install.not_ours(using):
            found.append(
                checks.Error(
                    "Outside the wall DATABASE_URL's role must see every row, and it neither owns "
                    f"these tables nor bypasses row security: {', '.join(sorted(strange))}.",
                    hint="Let the role that migrates be the role that serves.",
                    id="wall.E003",
                )
            )
    return found
