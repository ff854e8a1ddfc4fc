from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0005_corrected_readings")]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="purpose",
            field=models.CharField(
                blank=True,
                choices=[
                    ("reminder", "Reminder"),
                    ("receipt", "Receipt"),
                    ("reply", "Reply"),
                    ("confirmation", "Confirmation"),
                    ("letter", "Letter"),
                    ("opt_in", "opt-in"),
                ],
                max_length=12,
            ),
        ),
    ]
