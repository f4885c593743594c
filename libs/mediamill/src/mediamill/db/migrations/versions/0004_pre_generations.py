"""Generations: the code that a job began with, and the code that each worker has.

Lock: an exclusive one on each of the three tables, for as long as a catalogue entry takes. Duration: milliseconds,
whatever their size, since the columns may be empty. Way back: drop the columns; jobs that run then go on with
whatever code there is.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.execute(
        "ALTER TABLE jobs ADD COLUMN generation SMALLINT; ALTER TABLE lines ADD COLUMN generation SMALLINT; "
        "ALTER TABLE workers ADD COLUMN serves JSONB, ADD COLUMN cohort TEXT"
    )


def downgrade() -> None:
    """Drop them."""
    op.execute(
        "ALTER TABLE workers DROP COLUMN serves, DROP COLUMN cohort; ALTER TABLE lines DROP COLUMN generation; "
        "ALTER TABLE jobs DROP COLUMN generation"
    )
