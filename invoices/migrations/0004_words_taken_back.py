import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("invoices", "0003_touches_of_agreements")]

    operations = [
        migrations.AddField(
            model_name="promisetopay",
            name="replaces",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="invoices.promisetopay",
            ),
        ),
        migrations.AlterField(
            model_name="promisetopay",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("kept", "Kept"),
                    ("broken", "Broken"),
                    ("replaced", "Replaced"),
                    ("undone", "taken back"),
                ],
                default="open",
                max_length=8,
            ),
        ),
        migrations.AlterField(
            model_name="dispute",
            name="state",
            field=models.CharField(
                choices=[
                    ("open", "Open"),
                    ("resolved", "Resolved"),
                    ("undone", "taken back"),
                ],
                default="open",
                max_length=8,
            ),
        ),
    ]
