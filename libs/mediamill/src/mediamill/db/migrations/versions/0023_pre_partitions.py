"""Events and steps by the week in which their jobs were made: what is there becomes the first partition.

Lock: ``events`` and ``steps`` exclusively, ``jobs`` against writers, for milliseconds: no row is read, since 0022 has
validated the bounds. Old code goes on, on the same names. What foreign keys did for jobs that are deleted, a trigger
does; nothing is looked up any more when a row comes. Duration: milliseconds. Way back: ``downgrade`` copies all rows.
"""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

DESPITE = {
    "RENAME": "A table of the same name and columns takes its place in the same transaction; old code sees no change.",
    "DROP": "Of constraints only, that a trigger and the bounds of partitions take over in the same transaction.",
    "CREATE INDEX": "On a partitioned table that is new and empty; the first partition brings its own index along.",
    "EXECUTE": "It attaches what is there as the first partition; only the bound, a time, is not known before.",
    "DELETE": "Within the body of the trigger, for the jobs that somebody deletes.",
}

EVENTS = """
ALTER TABLE events RENAME TO events_past;
ALTER INDEX pk_events RENAME TO pk_events_past;
ALTER INDEX ix_events_tenant_id_xid_number RENAME TO ix_events_past_tenant_id_xid_number;
ALTER INDEX ix_events_xid_number RENAME TO ix_events_past_xid_number;
ALTER INDEX ix_events_ended_badly RENAME TO ix_events_past_ended_badly;
ALTER TABLE events_past DROP CONSTRAINT fk_events_job_id;

CREATE TABLE events (
    job_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    tenant_id UUID NOT NULL,
    type TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    data JSONB DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_events PRIMARY KEY (job_id, seq)
) PARTITION BY RANGE (job_id);
CREATE INDEX ix_events_tenant_id_xid_number ON events (tenant_id, xid, number);
CREATE INDEX ix_events_xid_number ON events (xid, number);
CREATE INDEX ix_events_ended_badly ON events (tenant_id, type, job_id) WHERE type IN ('job.failed', 'job.canceled');
CREATE TABLE events_rest PARTITION OF events DEFAULT
"""

STEPS = """
ALTER TABLE steps RENAME TO steps_past;
ALTER INDEX pk_steps RENAME TO pk_steps_past;
ALTER TABLE steps_past DROP CONSTRAINT fk_steps_job_id;

CREATE TABLE steps (
    job_id UUID NOT NULL,
    ordinal INTEGER NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    state TEXT NOT NULL,
    result JSONB,
    delivery INTEGER NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_steps PRIMARY KEY (job_id, ordinal)
) PARTITION BY RANGE (job_id);
CREATE TABLE steps_rest PARTITION OF steps DEFAULT
"""

ATTACH = """
DO $$
DECLARE
    told text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'events_past_bound');
    bound text := substring(told FROM '''([0-9a-f-]{36})''');
    last bigint := nextval(pg_get_serial_sequence('events_past', 'number'));
BEGIN
    PERFORM setval(pg_get_serial_sequence('events', 'number'), last);
    ALTER TABLE events_past ALTER COLUMN number DROP IDENTITY;
    EXECUTE format('ALTER TABLE events ATTACH PARTITION events_past FOR VALUES FROM (MINVALUE) TO (%L)', bound);
    EXECUTE format('ALTER TABLE steps ATTACH PARTITION steps_past FOR VALUES FROM (MINVALUE) TO (%L)', bound);
    ALTER TABLE events_past DROP CONSTRAINT events_past_bound;
    ALTER TABLE steps_past DROP CONSTRAINT steps_past_bound;
END $$
"""

TRIGGER = """
CREATE FUNCTION forget_history() RETURNS trigger LANGUAGE plpgsql SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    job uuid;
BEGIN
    IF current_setting('mediamill.history_is_dropped', true) = 'on' THEN
        RETURN NULL;
    END IF;
    FOR job IN SELECT id FROM gone LOOP
        DELETE FROM events WHERE job_id = job;
        DELETE FROM steps WHERE job_id = job;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER forget_history AFTER DELETE ON jobs
REFERENCING OLD TABLE AS gone FOR EACH STATEMENT EXECUTE FUNCTION forget_history()
"""

BACK = """
DROP TRIGGER forget_history ON jobs;
DROP FUNCTION forget_history();
ALTER TABLE events RENAME TO events_parted;
ALTER TABLE steps RENAME TO steps_parted;
CREATE TABLE events (LIKE events_parted INCLUDING DEFAULTS INCLUDING IDENTITY) WITH (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02);
CREATE TABLE steps (LIKE steps_parted INCLUDING DEFAULTS) WITH (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02);
INSERT INTO events OVERRIDING SYSTEM VALUE SELECT * FROM events_parted WHERE job_id IN (SELECT id FROM jobs);
INSERT INTO steps SELECT * FROM steps_parted WHERE job_id IN (SELECT id FROM jobs);
SELECT setval(pg_get_serial_sequence('events', 'number'), nextval(pg_get_serial_sequence('events_parted', 'number')));
DROP TABLE events_parted;
DROP TABLE steps_parted;
ALTER TABLE events ADD CONSTRAINT pk_events PRIMARY KEY (job_id, seq);
ALTER TABLE steps ADD CONSTRAINT pk_steps PRIMARY KEY (job_id, ordinal);
CREATE INDEX ix_events_tenant_id_xid_number ON events (tenant_id, xid, number);
CREATE INDEX ix_events_xid_number ON events (xid, number);
CREATE INDEX ix_events_ended_badly ON events (tenant_id, type, job_id) WHERE type IN ('job.failed', 'job.canceled');
ALTER TABLE events ADD CONSTRAINT fk_events_job_id FOREIGN KEY (job_id) REFERENCES jobs (id) ON DELETE CASCADE;
ALTER TABLE steps ADD CONSTRAINT fk_steps_job_id FOREIGN KEY (job_id) REFERENCES jobs (id) ON DELETE CASCADE;
ALTER TABLE events ADD CONSTRAINT events_past_bound CHECK (job_id < 'ffffffff-ffff-ffff-ffff-ffffffffffff');
ALTER TABLE steps ADD CONSTRAINT steps_past_bound CHECK (job_id < 'ffffffff-ffff-ffff-ffff-ffffffffffff')
"""


def upgrade() -> None:
    """Put the partitioned tables in the place of the old ones, and attach these."""
    for statements in (EVENTS, STEPS, ATTACH, TRIGGER):
        op.execute(statements)


def downgrade() -> None:
    """Copy all rows into plain tables."""
    op.execute(BACK)
