import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0003_recovery_codes_saved"),
        ("messaging", "0004_index_of_conversations"),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptLetter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.TextField(blank=True)),
                ("raw", models.BinaryField(null=True)),
                ("size", models.PositiveIntegerField(db_default=0, default=0)),
                ("company", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="companies.company")),
                ("message", models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name="letter", to="messaging.message")),
            ],
            options={"abstract": False},
        ),
        migrations.CreateModel(
            name="LetterFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200)),
                ("content_type", models.CharField(blank=True, max_length=100)),
                ("size", models.PositiveIntegerField(db_default=0, default=0)),
                ("content", models.BinaryField(null=True)),
                ("note", models.CharField(blank=True, max_length=100)),
                ("company", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="companies.company")),
                ("letter", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="files", to="messaging.keptletter")),
            ],
            options={"ordering": ["pk"]},
        ),
    ]
