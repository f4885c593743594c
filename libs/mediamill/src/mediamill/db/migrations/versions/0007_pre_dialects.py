"""Dialects: in whose words a job's own webhook is told.

Lock: an exclusive one on ``job_webhooks``, for as long as a catalogue entry takes. Duration: milliseconds, whatever its
size, since the default is a constant. Way back: drop the column; every webhook is then told in our own words.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.execute("ALTER TABLE job_webhooks ADD COLUMN dialect TEXT DEFAULT 'native' NOT NULL")


def downgrade() -> None:
    """Drop it."""
    op.execute("ALTER TABLE job_webhooks DROP COLUMN dialect")
