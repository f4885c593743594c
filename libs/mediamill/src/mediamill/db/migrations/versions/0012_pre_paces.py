"""Paces: when something that may be asked only so often, such as PubMed, may be asked next.

Lock: none on what is there. Duration: none. Way back: drop it; jobs that need a turn fail until it is there again.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NARROW = """autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000, autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 2000, autovacuum_vacuum_cost_delay = 0, vacuum_truncate = false"""


def upgrade() -> None:
    """Create the table."""
    op.execute(f"""
    CREATE TABLE paces (
        name TEXT NOT NULL,
        next_at TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT pk_paces PRIMARY KEY (name)
    ) WITH ({NARROW}, fillfactor = 50)
    """)


def downgrade() -> None:
    """Drop it."""
    op.execute("DROP TABLE paces")
