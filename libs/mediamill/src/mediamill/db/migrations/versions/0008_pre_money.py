"""Money: the ledger, the balances, and what was used by day.

Lock: ``jobs`` and ``api_keys`` for the moment in which their column is added. Duration: none; the tables are new and
empty. The conductor counts the past into them, while usage is told from both. Way back: drop all of it, which forgets
what was spent.
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NARROW = """autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 2000, autovacuum_vacuum_cost_delay = 0, vacuum_truncate = false"""
LARGE = """autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.02,
    autovacuum_analyze_scale_factor = 0.02"""

TABLES = f"""
ALTER TABLE api_keys ADD COLUMN budget NUMERIC(14, 6);
ALTER TABLE jobs ADD COLUMN key_id UUID;

CREATE TABLE ledger (
    number BIGINT GENERATED ALWAYS AS IDENTITY,
    xid xid8 DEFAULT pg_current_xact_id() NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT clock_timestamp() NOT NULL,
    month DATE NOT NULL,
    type TEXT NOT NULL,
    amount NUMERIC(14, 6) NOT NULL,
    tenant_id UUID NOT NULL,
    key_id UUID,
    job_id UUID NOT NULL,
    root_id UUID NOT NULL,
    ordinal INTEGER,
    purchase SMALLINT,
    kind TEXT NOT NULL,
    provider TEXT NOT NULL,
    CONSTRAINT pk_ledger PRIMARY KEY (number),
    CONSTRAINT ck_ledger_amount CHECK (amount > 0),
    CONSTRAINT ck_ledger_type CHECK (type IN ('reserve', 'settle', 'release', 'refund'))
) WITH ({LARGE});

CREATE INDEX ix_ledger_xid_number ON ledger (xid, number);
CREATE INDEX ix_ledger_tenant_id_month ON ledger (tenant_id, month);
CREATE INDEX ix_ledger_key_id_month ON ledger (key_id, month) WHERE key_id IS NOT NULL;
CREATE INDEX ix_ledger_root_id ON ledger (root_id);
CREATE UNIQUE INDEX uq_ledger_settled_once ON ledger (job_id, ordinal, purchase, type)
    WHERE type IN ('settle', 'refund');

CREATE FUNCTION refuse_to_change_the_ledger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is only ever added to' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_to_change_the_ledger();

CREATE TABLE accounts (
    scope TEXT NOT NULL,
    id UUID NOT NULL,
    month DATE NOT NULL,
    reserved NUMERIC(14, 6) DEFAULT '0' NOT NULL,
    spent NUMERIC(14, 6) DEFAULT '0' NOT NULL,
    CONSTRAINT pk_accounts PRIMARY KEY (scope, id, month)
) WITH ({NARROW}, fillfactor = 50);

CREATE TABLE reservations (
    job_id UUID NOT NULL,
    root_id UUID NOT NULL,
    tenant_id UUID NOT NULL,
    key_id UUID,
    kind TEXT NOT NULL,
    provider TEXT NOT NULL,
    month DATE NOT NULL,
    amount NUMERIC(14, 6) NOT NULL,
    CONSTRAINT pk_reservations PRIMARY KEY (job_id)
) WITH ({NARROW});

CREATE INDEX ix_reservations_tenant_id ON reservations (tenant_id);

CREATE TABLE holds (
    job_id UUID NOT NULL,
    ordinal INTEGER NOT NULL,
    purchase SMALLINT NOT NULL,
    provider TEXT NOT NULL,
    price NUMERIC(14, 6) NOT NULL,
    CONSTRAINT pk_holds PRIMARY KEY (job_id, ordinal, purchase)
) WITH ({NARROW});

CREATE TABLE usage_days (
    tenant_id UUID NOT NULL,
    day DATE NOT NULL,
    kind TEXT NOT NULL,
    provider TEXT NOT NULL,
    jobs BIGINT NOT NULL,
    succeeded BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    canceled BIGINT NOT NULL,
    cost NUMERIC(20, 6) NOT NULL,
    bytes BIGINT NOT NULL,
    CONSTRAINT pk_usage_days PRIMARY KEY (tenant_id, day, kind, provider)
) WITH ({NARROW}, fillfactor = 70);

CREATE TABLE usage_position (
    source TEXT NOT NULL,
    xid xid8 NOT NULL,
    number BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_usage_position PRIMARY KEY (source)
);

INSERT INTO usage_position (source, xid) VALUES ('events', '0'), ('ledger', '0');
"""  # noqa: S608  # constants of this file


def upgrade() -> None:
    """Create the tables."""
    op.execute(TABLES)


def downgrade() -> None:
    """Drop them."""
    op.execute(
        "DROP TABLE usage_position, usage_days, holds, reservations, accounts, ledger; "
        "DROP FUNCTION refuse_to_change_the_ledger; "
        "ALTER TABLE jobs DROP COLUMN key_id; ALTER TABLE api_keys DROP COLUMN budget"
    )
