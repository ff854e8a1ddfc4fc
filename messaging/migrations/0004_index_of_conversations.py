from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("messaging", "0003_saved_replies_and_ticks")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                fields=["thread"],
                condition=Q(direction="in") | Q(purpose="reply") | Q(medium="note"),
                name="message_spoken",
            ),
        ),
    ]
