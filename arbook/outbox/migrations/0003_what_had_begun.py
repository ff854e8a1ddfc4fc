from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("outbox", "0002_turns_of_companies")]

    operations = [
        migrations.AddField(
            model_name="effect",
            name="begun",
            field=models.BooleanField(db_default=True, default=True),
        ),
    ]
