from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("messaging", "0006_opt_in_texts")]

    operations = [
        migrations.AlterField(
            model_name="thread",
            name="outcome",
            field=models.CharField(
                blank=True,
                choices=[
                    ("answered", "Answered"),
                    ("promise", "promise recorded"),
                    ("dispute", "dispute opened"),
                    ("plan", "payment plan proposed"),
                    ("paid", "payment verified"),
                    ("contact_changed", "contact changed"),
                    ("wrong_person", "wrong person"),
                    ("opted_out", "opted out"),
                    ("nothing", "nothing to do"),
                ],
                max_length=15,
            ),
        ),
    ]
