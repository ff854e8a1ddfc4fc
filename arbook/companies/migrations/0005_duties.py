from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("companies", "0004_calls_above")]

    operations = [
        migrations.AddField(
            model_name="membership",
            name="duty",
            field=models.CharField(
                blank=True,
                choices=[
                    ("status", "payments, promises and plans"),
                    ("contacts", "contacts and questions"),
                    ("work", "disputes about the work"),
                    ("accounts", "sensitive accounts"),
                ],
                db_default="",
                default="",
                max_length=8,
            ),
        ),
    ]
