"""What a session inside may see and write, as SQL: policies and grants of each table."""

from arbook.wall.session import ONE_COMPANY, SETTING, SEVERAL_COMPANIES
from arbook.wall.tables import HOUSE, PEOPLE, SHARED, Table, ours, walled

POLICY = "wall"
KNOWS = "arbook_knows_person"

# As a subquery the setting is read once for a statement. The equality joins the one the query has
# already, so that it is compared once and not for each row.
_SET = f"current_setting('{SETTING}', true)"
IS_THEIRS = {
    ONE_COMPANY: f"= (SELECT nullif({_SET}, '')::bigint)",
    SEVERAL_COMPANIES: f"= ANY ((SELECT string_to_array({_SET}, ',')::bigint[])::bigint[])",
}


def of_table(table: Table) -> list[str]:
    """The statements that put one table behind the wall, in place of whatever stood there."""
    sql = _fresh(table.name)
    for role in IS_THEIRS:
        own = _own(table, role)
        sql += [
            f'CREATE POLICY {_policy(role)} ON "{table.name}" TO {role} USING ({own})',
            f'GRANT {table.grants} ON "{table.name}" TO {role}',
        ]
        if table.label in HOUSE:
            sql.append(
                f'CREATE POLICY {_policy(role)}_house ON "{table.name}" FOR SELECT TO {role}'
                " USING (company_id IS NULL)"
            )
    return sql


def of_shared(name: str, grants: str) -> list[str]:
    """A table without companies that everybody inside may use in the ways granted."""
    sql = _fresh(name)
    for role in IS_THEIRS:
        sql += [
            f'CREATE POLICY {_policy(role)} ON "{name}" TO {role} USING (true)',
            f'GRANT {grants} ON "{name}" TO {role}',
        ]
    return sql


def of_people(name: str) -> list[str]:
    """People are seen where they are members, and where something they did still names them."""
    member = "id IN (SELECT user_id FROM companies_membership)"
    sql = _fresh(name)
    for role in IS_THEIRS:
        sql += [
            f'CREATE POLICY {_policy(role)} ON "{name}" FOR SELECT TO {role}'
            f" USING ({member} OR {KNOWS}(id))",
            f'GRANT SELECT ON "{name}" TO {role}',
        ]
    return sql


def knows_person() -> str:
    """A function that says whether any row of the session's companies names a person."""
    mine = f"ANY (string_to_array({_SET}, ',')::bigint[])"
    lines = []
    # The record first: whoever did anything stands there.
    for table in sorted(walled().values(), key=lambda one: one.label != "audit.Entry"):
        for field in table.model._meta.local_concrete_fields:
            if field.is_relation and field.related_model._meta.label == PEOPLE:
                lines.append(
                    f"IF EXISTS (SELECT FROM {{schema}}.{table.name} w WHERE w.{field.column} = who"
                    f" AND {owner(table, 'w')} = {mine}) THEN RETURN true; END IF;"
                )
    return (
        f"CREATE OR REPLACE FUNCTION {KNOWS}(who bigint) RETURNS boolean LANGUAGE plpgsql STABLE"
        " PARALLEL SAFE SECURITY DEFINER COST 1000 SET search_path = pg_catalog, pg_temp AS $$"
        f" BEGIN {' '.join(lines)} RETURN false; END $$"
    )


def owner(table: Table, row: str) -> str:
    """SQL for the company of one row of the table; ``{schema}`` is left open."""
    if table.company:
        return f"{row}.{table.company}"
    parent = walled()[table.via.related_model._meta.label]
    up = f"{row}_up"
    return (
        f"(SELECT {owner(parent, up)} FROM {{schema}}.{parent.name} {up}"
        f" WHERE {up}.{parent.pk} = {row}.{table.via.column})"
    )


def shared() -> dict[str, str]:
    """The grants of each shared table."""
    return {
        one._meta.db_table: SHARED[one._meta.label][0]
        for one in ours()
        if one._meta.label in SHARED
    }


def people() -> str:
    return next(one._meta.db_table for one in ours() if one._meta.label == PEOPLE)


def _own(table: Table, role: str) -> str:
    if table.company:
        return f"{table.company} {IS_THEIRS[role]}"
    parent = walled()[table.via.related_model._meta.label]
    here = f'"{table.name}".{table.via.column}'
    # The parent's own policy holds inside this question.
    return f'EXISTS (SELECT FROM "{parent.name}" up WHERE up.{parent.pk} = {here})'


def _policy(role: str) -> str:
    return f"{POLICY}_{role}"


def _fresh(name: str) -> list[str]:
    roles = ", ".join(IS_THEIRS)
    return [
        f'ALTER TABLE "{name}" ENABLE ROW LEVEL SECURITY',
        *(f'DROP POLICY IF EXISTS {_policy(role)} ON "{name}"' for role in IS_THEIRS),
        *(f'DROP POLICY IF EXISTS {_policy(role)}_house ON "{name}"' for role in IS_THEIRS),
        f'REVOKE ALL ON "{name}" FROM {roles}',
    ]
