"""No row mixes two companies: triggers that refuse it, whoever writes and in whatever way.

Inserts are judged a statement at a time: all pairs of company and row pointed at, each once, in one
join, so that a COPY of a hundred thousand rows costs one question. Where a row need not point
anywhere, it is judged by itself and only if it does: most webhooks say nothing yet of whom they
concern, and are to be taken in at once. Updates are judged a row at a time, and only where a column
that matters changed. The functions read past row-level security.
"""

from arbook.wall.policies import owner
from arbook.wall.tables import COMPANY, Table

PREFIX = "arbook_wall"
# What PostgreSQL calls a violated check; Django raises IntegrityError.
_CODE = "check_violation"


def of_table(table: Table) -> list[str]:
    """The functions and triggers of one table; ``{schema}`` is left open."""
    sql = []
    if table.company and table.label != COMPANY:
        sql += _stays(table, table.company)
    if table.arrows:
        sql += _on_insert(table) + _on_update(table)
    elif table.via:
        sql += _on_update(table)
    return sql


def functions() -> list[str]:
    """What all tables share."""
    return [
        f"CREATE OR REPLACE FUNCTION {PREFIX}_stays() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION '% % stays with its company', TG_TABLE_NAME, to_jsonb(OLD) ->> 'id'"
        f" USING ERRCODE = '{_CODE}', TABLE = TG_TABLE_NAME, COLUMN = TG_ARGV[0]; END $$"
    ]


def _stays(table: Table, column: str) -> list[str]:
    return [
        f'CREATE OR REPLACE TRIGGER {PREFIX}_stays BEFORE UPDATE OF {column} ON "{table.name}"'
        f" FOR EACH ROW WHEN (OLD.{column} IS DISTINCT FROM NEW.{column})"
        f" EXECUTE FUNCTION {PREFIX}_stays('{column}')"
    ]


def _on_insert(table: Table) -> list[str]:
    name = f"{PREFIX}_{table.name}_insert"
    if table.may_point_nowhere:
        points = " OR ".join(f"NEW.{column} IS NOT NULL" for column, _ in table.arrows)
        return [
            _function(table, name, _mixed(table, "(SELECT NEW.*)")),
            f'CREATE OR REPLACE TRIGGER {PREFIX}_insert AFTER INSERT ON "{table.name}"'
            f" FOR EACH ROW WHEN ({points}) EXECUTE FUNCTION {name}()",
        ]
    return [
        _function(table, name, _mixed(table, "written")),
        f'CREATE OR REPLACE TRIGGER {PREFIX}_insert AFTER INSERT ON "{table.name}"'
        " REFERENCING NEW TABLE AS written FOR EACH STATEMENT"
        f" EXECUTE FUNCTION {name}()",
    ]


def _on_update(table: Table) -> list[str]:
    name = f"{PREFIX}_{table.name}_update"
    columns = [column for column, _ in table.arrows]
    mixed = _mixed(table, "(SELECT NEW.*)")
    if table.via:
        columns.append(table.via.column)
        mixed.append(
            f"SELECT '{table.via.column}', NEW.{table.pk} WHERE {owner(table, 'NEW')}"
            f" IS DISTINCT FROM {owner(table, 'OLD')}"
        )
    changed = " OR ".join(f"OLD.{one} IS DISTINCT FROM NEW.{one}" for one in columns)
    return [
        _function(table, name, mixed),
        f"CREATE OR REPLACE TRIGGER {PREFIX}_update AFTER UPDATE OF {', '.join(columns)}"
        f' ON "{table.name}" FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION {name}()',
    ]


def _mixed(table: Table, rows: str) -> list[str]:
    """For each arrow a query of the rows whose other end is not of the same company.

    A row pointed at that cannot be seen yet may be anybody's, so it counts as foreign.
    """
    queries = []
    for column, target in table.arrows:
        theirs, mine = owner(target, "target"), "pair.company"
        same = f"{theirs} = {mine}"
        if target.may_be_nobodys:
            same += f" OR {theirs} IS NULL"
        if table.may_be_nobodys:
            same += f" OR {mine} IS NULL"
        queries.append(
            f"SELECT '{column}', pair.id FROM (SELECT min(w.{table.pk}) AS id, w.{column} AS there,"
            f" {owner(table, 'w')} AS company FROM {rows} w WHERE w.{column} IS NOT NULL"
            f" GROUP BY 2, 3) pair WHERE NOT EXISTS (SELECT FROM {{schema}}.{target.name} target"
            f" WHERE target.{target.pk} = pair.there AND ({same}))"
        )
    return queries


def _function(table: Table, name: str, mixed: list[str]) -> str:
    found = " UNION ALL ".join(mixed)
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER"
        " SET search_path = pg_catalog, pg_temp AS $$ DECLARE wrong text; which bigint; BEGIN"
        f" SELECT * INTO wrong, which FROM ({found}) found LIMIT 1;"
        " IF wrong IS NOT NULL THEN"
        f" RAISE EXCEPTION '{table.name} %: its % belongs to another company', which, wrong"
        f" USING ERRCODE = '{_CODE}', TABLE = '{table.name}', COLUMN = wrong;"
        " END IF; RETURN NULL; END $$"
    )
