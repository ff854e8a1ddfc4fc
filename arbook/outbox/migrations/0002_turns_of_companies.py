from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    # Workers of the old code go on writing while the index is built.
    atomic = False

    dependencies = [("outbox", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="effect",
            index=models.Index(
                models.F("kind"),
                Coalesce("company_id", 0),
                models.F("not_before"),
                models.F("id"),
                condition=models.Q(state="pending"),
                name="effect_turns",
            ),
        ),
        RemoveIndexConcurrently(model_name="effect", name="effect_ready"),
    ]
