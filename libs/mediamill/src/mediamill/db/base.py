"""What every table is made of."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, MetaData
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

NARROW = {
    "autovacuum_vacuum_scale_factor": "0",
    "autovacuum_vacuum_threshold": "2000",
    "autovacuum_analyze_scale_factor": "0",
    "autovacuum_analyze_threshold": "2000",
    "autovacuum_vacuum_cost_delay": "0",
    "vacuum_truncate": "false",
}
"""For tables whose rows come and go with every job: vacuumed by what was changed, not by how large they are, and never
cut shorter, which would lock everybody out for a moment only to grow again."""

LARGE = {
    "autovacuum_vacuum_scale_factor": "0.02",
    "autovacuum_vacuum_insert_scale_factor": "0.02",
    "autovacuum_analyze_scale_factor": "0.02",
}
"""For tables that keep what was: after a fifth of millions of rows, Postgres's own measure, it comes months late."""


class Base(DeclarativeBase):
    """The one declarative base; times are aware, JSON is binary."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {  # SQLAlchemy reads it as a plain class attribute
        datetime: DateTime(timezone=True),
        UUID: PG_UUID(as_uuid=True),
        dict[str, Any]: JSONB(none_as_null=True),
    }
