from django.db import migrations, models
from django.db.models import Q

# Reminders are many: the new index is built beside the work, then the narrower one goes.
NEW = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_next_touch_of_source
    ON invoices_reminder (invoice_id, is_rehearsal, source) WHERE state = 'planned'
"""
OLD = """
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS one_next_touch
    ON invoices_reminder (invoice_id, is_rehearsal) WHERE state = 'planned'
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("invoices", "0002_plans_and_evidence")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AddConstraint(
                    model_name="reminder",
                    constraint=models.UniqueConstraint(
                        fields=["invoice", "is_rehearsal", "source"],
                        condition=Q(state="planned"),
                        name="one_next_touch_of_source",
                    ),
                ),
                migrations.RemoveConstraint(model_name="reminder", name="one_next_touch"),
            ],
            database_operations=[
                migrations.RunSQL(NEW, "DROP INDEX CONCURRENTLY IF EXISTS one_next_touch_of_source"),
                migrations.RunSQL("DROP INDEX CONCURRENTLY IF EXISTS one_next_touch", OLD),
            ],
        ),
    ]
