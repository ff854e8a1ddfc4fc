from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    # Vendors go on being heard, by the old code too, while the indexes are built.
    atomic = False

    dependencies = [("webhooks", "0002_webhookevent_failure")]

    operations = [
        migrations.AddField(
            model_name="webhookevent",
            name="lane",
            field=models.CharField(blank=True, db_default="", default="", max_length=60),
        ),
        AddIndexConcurrently(
            model_name="webhookevent",
            index=models.Index(
                Coalesce("company_id", 0),
                models.F("not_before"),
                models.F("id"),
                condition=models.Q(state="received"),
                name="event_turns",
            ),
        ),
        AddIndexConcurrently(
            model_name="webhookevent",
            index=models.Index(
                fields=["company", "lane", "id"],
                condition=models.Q(state__in=["received", "in_flight"])
                & ~models.Q(lane=""),
                name="event_lane",
            ),
        ),
        RemoveIndexConcurrently(model_name="webhookevent", name="event_ready"),
    ]
