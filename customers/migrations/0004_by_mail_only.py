from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("customers", "0003_consent_desk")]

    operations = [
        migrations.AddField(
            model_name="customer",
            name="mail_only",
            field=models.BooleanField(db_default=False, default=False),
        ),
    ]
