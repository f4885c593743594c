"""Predictions: what jobs have vendors make, and when each is looked at next.

Lock: none on other tables but the moment in which the foreign key is made. Duration: none; the table is new and empty.
Way back: drop the table; jobs that wait for a prediction then wait until their deadline, so cancel them before.
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE predictions (
    job_id UUID NOT NULL,
    ordinal INTEGER NOT NULL,
    purchase SMALLINT DEFAULT '1' NOT NULL,
    attempt SMALLINT NOT NULL,
    vendor TEXT NOT NULL,
    vendor_id TEXT,
    state TEXT NOT NULL,
    token_hash TEXT NOT NULL,
    begun_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE,
    polls SMALLINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_predictions PRIMARY KEY (job_id, ordinal),
    CONSTRAINT fk_predictions_job_id FOREIGN KEY(job_id) REFERENCES jobs (id) ON DELETE CASCADE
) WITH (fillfactor = 70);

CREATE INDEX ix_predictions_vendor_next_at ON predictions (vendor, next_at) WHERE next_at IS NOT NULL;

CREATE UNIQUE INDEX uq_predictions_vendor_vendor_id ON predictions (vendor, vendor_id);

CREATE UNIQUE INDEX uq_predictions_token_hash ON predictions (token_hash);
"""


def upgrade() -> None:
    """Create the table."""
    op.execute(TABLE)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE predictions")
