"""The record becomes permanent in the database itself, and is sealed in a chain.

Safe beside code that does not know it: the salt has a default, and the list of what waits for a
seal is written by a trigger. Guards fire ALWAYS, also for a superuser and in a replica's role.
"""

import django.contrib.postgres.functions
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The record is permanent: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

-- The only change of an entry is the one that a row of audit_redaction holds word for word.
CREATE FUNCTION audit_refuse_but_redaction() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF to_jsonb(NEW) - '{said,data,salt}'::text[] = to_jsonb(OLD) - '{said,data,salt}'::text[]
        AND NEW.salt IS NULL
        AND EXISTS (SELECT FROM audit_redaction
                    WHERE entry_id = OLD.id AND said = NEW.said AND data = NEW.data)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The record is permanent: % of % is refused.', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION audit_redact() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    UPDATE audit_entry SET said = NEW.said, data = NEW.data, salt = NULL WHERE id = NEW.entry_id;
    RETURN NULL;
END $$;

CREATE FUNCTION audit_wait_for_seal() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    INSERT INTO audit_waiting (entry_id) SELECT id FROM fresh;
    RETURN NULL;
END $$;

-- What a seal covers gets no further mention.
CREATE FUNCTION audit_refuse_late_mention() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh JOIN audit_seal USING (entry_id)) THEN
        RAISE EXCEPTION 'The record is permanent: a sealed entry gets no further mention.'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER audit_permanent BEFORE UPDATE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse_but_redaction();
CREATE TRIGGER audit_kept BEFORE DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
CREATE TRIGGER audit_waits AFTER INSERT ON audit_entry
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION audit_wait_for_seal();
CREATE TRIGGER audit_in_time AFTER INSERT ON audit_mention
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse_late_mention();
CREATE TRIGGER audit_applied AFTER INSERT ON audit_redaction
    FOR EACH ROW EXECUTE FUNCTION audit_redact();
ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_permanent;
ALTER TABLE audit_entry ENABLE ALWAYS TRIGGER audit_kept;
"""
GUARDED = ["audit_mention", "audit_seal", "audit_redaction", "audit_check"]
for _table in GUARDED:
    GUARDS += f"""
CREATE TRIGGER audit_kept BEFORE UPDATE OR DELETE ON {_table}
    FOR EACH ROW EXECUTE FUNCTION audit_refuse();
ALTER TABLE {_table} ENABLE ALWAYS TRIGGER audit_kept;
"""
for _table in ["audit_entry", *GUARDED]:
    GUARDS += f"""
CREATE TRIGGER audit_never_emptied BEFORE TRUNCATE ON {_table}
    FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse();
ALTER TABLE {_table} ENABLE ALWAYS TRIGGER audit_never_emptied;
"""
# What was recorded before is sealed in the minutes after.
GUARDS += "INSERT INTO audit_waiting (entry_id) SELECT id FROM audit_entry;"

UNGUARDED = "".join(
    f"DROP FUNCTION {name}() CASCADE;"
    for name in (
        "audit_refuse",
        "audit_refuse_but_redaction",
        "audit_redact",
        "audit_wait_for_seal",
        "audit_refuse_late_mention",
    )
)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0002_initial"),
        ("companies", "0001_initial"),
    ]

    operations = [
        # In two steps: a column with a default that differs by row would rewrite the table.
        migrations.AddField(
            model_name="entry",
            name="salt",
            field=models.UUIDField(editable=False, null=True),
        ),
        migrations.AlterField(
            model_name="entry",
            name="salt",
            field=models.UUIDField(
                db_default=django.contrib.postgres.functions.RandomUUID(), editable=False, null=True
            ),
        ),
        migrations.CreateModel(
            name="Waiting",
            fields=[
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="audit.entry",
                    ),
                ),
                (
                    "since",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
            ],
            options={"ordering": ["entry"]},
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                ("digest", models.BinaryField(max_length=32)),
                ("about", models.BinaryField(max_length=32)),
                ("mentions", models.PositiveIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
                ("sealed_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="companies.company",
                    ),
                ),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seal",
                        to="audit.entry",
                    ),
                ),
            ],
            options={"ordering": ["number"]},
        ),
        migrations.CreateModel(
            name="Redaction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("original", models.BinaryField(max_length=32)),
                ("redacted", models.BinaryField(max_length=32)),
                ("said", models.CharField(max_length=500)),
                ("data", models.JSONField(default=dict)),
                ("reason", models.CharField(max_length=300)),
                ("at", models.DateTimeField()),
                (
                    "act",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="audit.entry",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="companies.company",
                    ),
                ),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="redactions",
                        to="audit.entry",
                    ),
                ),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.CreateModel(
            name="Check",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField()),
                ("first", models.BigIntegerField()),
                ("number", models.BigIntegerField()),
                ("hash", models.BinaryField(max_length=32)),
                ("breach", models.CharField(blank=True, max_length=500)),
            ],
            options={"ordering": ["pk"]},
        ),
        migrations.RunSQL(GUARDS, UNGUARDED),
    ]
