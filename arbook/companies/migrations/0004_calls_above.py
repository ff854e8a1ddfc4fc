from decimal import Decimal

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("companies", "0003_recovery_codes_saved")]

    operations = [
        migrations.AddField(
            model_name="company",
            name="calls_above",
            field=models.DecimalField(
                db_default=Decimal("0.00"),
                decimal_places=2,
                default=Decimal("0.00"),
                max_digits=12,
            ),
        )
    ]
