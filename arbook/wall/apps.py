from django.apps import AppConfig
from django.core import checks
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class WallConfig(AppConfig):
    name = "arbook.wall"
    label = "wall"

    def ready(self):
        from arbook.wall.checks import wall_stands

        connection_created.connect(_guard, dispatch_uid="wall")
        # Sent once for each app when all migrations are done, so once for ours.
        post_migrate.connect(_raise, sender=self, dispatch_uid="wall")
        checks.register(wall_stands, checks.Tags.database)


def _guard(connection, **kwargs):
    from arbook.wall.session import guard

    guard(connection)


def _raise(using, **kwargs):
    from arbook.wall.install import raise_wall_after_migrations

    raise_wall_after_migrations(using)
