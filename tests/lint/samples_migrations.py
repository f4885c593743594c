"""Migrations that only expand, and such that do not: how often the rule is broken, and the text."""

from __future__ import annotations

VERSIONS = "libs/mediamill/src/mediamill/db/migrations/versions"
AFTER = f"{VERSIONS}/0031_pre_jobs.py"


def _up(*statements: str) -> str:
    return "def upgrade():\n" + "\n".join(f'    op.execute("""{statement}""")' for statement in statements)


EXPANDING = [
    (1, _up("ALTER TABLE jobs DROP COLUMN cost")),
    (1, _up("alter table jobs rename to old_jobs")),
    (1, _up("ALTER TABLE jobs ALTER COLUMN cost TYPE bigint")),
    (1, _up("ALTER TABLE jobs ALTER COLUMN cost SET NOT NULL")),
    (1, _up("ALTER TABLE jobs ADD COLUMN tip integer NOT NULL")),
    (0, _up("ALTER TABLE jobs ADD COLUMN tip integer", "ALTER TABLE jobs ADD COLUMN tax integer DEFAULT 0 NOT NULL")),
    (1, _up("ALTER TABLE jobs ADD CONSTRAINT positive CHECK (cost >= 0)")),
    (0, _up("ALTER TABLE jobs ADD CONSTRAINT positive CHECK (cost >= 0) NOT VALID")),
    (1, _up("CREATE INDEX ix_jobs_cost ON jobs (cost)")),
    (0, _up("CREATE INDEX CONCURRENTLY ix_jobs_cost ON jobs (cost)")),
    (0, _up("CREATE TABLE tips (job_id uuid NOT NULL, said text); CREATE INDEX ix_tips ON tips (job_id)")),
    (2, _up("CREATE TABLE tips (job_id uuid)", "TRUNCATE events", "LOCK TABLE events")),
    (2, _up("UPDATE jobs SET cost = 0", "DELETE FROM steps WHERE state = 'refused'")),
    (0, _up("-- DROP TABLE jobs is what 'RENAME' would be\nCOMMENT ON TABLE jobs IS 'we never DROP TABLE'")),
    (1, "def upgrade():\n    op.drop_column('jobs', 'cost')"),
    (1, "def upgrade():\n    op.execute(f'DELETE {table}')"),
    (0, "def upgrade():\n    op.execute('SELECT 1')\ndef downgrade():\n    op.execute('DROP TABLE tips')"),
    (0, "BACK = 'DROP TABLE tips'\ndef upgrade():\n    pass\ndef downgrade():\n    op.execute(BACK)"),
    (1, "AWAY = 'DROP TABLE tips'\ndef upgrade():\n    op.execute(AWAY)\ndef downgrade():\n    op.execute(AWAY)"),
    (0, "DESPITE = {'DROP': 'nobody has read this view since 0020, not even old code.'}\n" + _up("DROP VIEW old")),
    (2, "DESPITE = {'DROP': 'it is fine'}\n" + _up("DROP VIEW old")),
]
