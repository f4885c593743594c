"""The tables of money. All amounts are USD with six digits behind the point, and exact.

None of them refers to ``jobs``: what was spent stays on the books when a job is forgotten.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Date, Identity, Index, Numeric, SmallInteger, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from mediamill.db.base import LARGE, NARROW, Base
from mediamill.events.model import Xid8

USD = Numeric(14, 6)


class EntryType(StrEnum):
    """What an entry of the ledger tells."""

    RESERVE = "reserve"
    """A job may spend this."""
    SETTLE = "settle"
    """A step has cost this; it comes out of what was reserved."""
    RELEASE = "release"
    """This was reserved and is not needed any more."""
    REFUND = "refund"
    """This was settled, and the vendor does not bill it after all."""


class Entry(Base):
    """One line of the ledger. Lines are only ever added; a trigger refuses anything else."""

    __tablename__ = "ledger"
    __table_args__ = (
        CheckConstraint("amount > 0", name="ck_ledger_amount"),
        CheckConstraint("type IN ('reserve', 'settle', 'release', 'refund')", name="ck_ledger_type"),
        Index("ix_ledger_xid_number", "xid", "number"),
        Index("ix_ledger_tenant_id_month", "tenant_id", "month"),
        Index("ix_ledger_key_id_month", "key_id", "month", postgresql_where=text("key_id IS NOT NULL")),
        Index("ix_ledger_root_id", "root_id"),
        Index(
            "uq_ledger_settled_once",
            "job_id",
            "ordinal",
            "purchase",
            "type",
            unique=True,
            postgresql_where=text("type IN ('settle', 'refund')"),
        ),
        {"postgresql_with": LARGE},
    )

    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    xid: Mapped[int] = mapped_column(Xid8, server_default=text("pg_current_xact_id()"))
    at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    month: Mapped[date] = mapped_column(Date)
    """The first day of the month whose budget it counts in: that in which the job got its reservation."""
    type: Mapped[str] = mapped_column(Text)
    amount: Mapped[Decimal] = mapped_column(USD)
    tenant_id: Mapped[UUID]
    key_id: Mapped[UUID | None]
    job_id: Mapped[UUID]
    root_id: Mapped[UUID]
    ordinal: Mapped[int | None]
    """The step that cost it; none for what a job reserves and releases."""
    purchase: Mapped[int | None] = mapped_column(SmallInteger)
    kind: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text)


class Account(Base):
    """The balance of a tenant or key in a month, or of a job's tree. There is none without a limit."""

    __tablename__ = "accounts"
    __table_args__ = {"postgresql_with": {"fillfactor": "50", **NARROW}}

    scope: Mapped[str] = mapped_column(Text, primary_key=True)
    """``job``, ``key`` or ``tenant``: in this order they are locked, the one that most share last."""
    id: Mapped[UUID] = mapped_column(primary_key=True)
    month: Mapped[date] = mapped_column(Date, primary_key=True)
    """As in the ledger; for a job ``-infinity``."""
    reserved: Mapped[Decimal] = mapped_column(USD, server_default="0")
    spent: Mapped[Decimal] = mapped_column(USD, server_default="0")


class Reservation(Base):
    """What a job may still spend: one row while it may, also of nothing while a step of it is being paid for."""

    __tablename__ = "reservations"
    __table_args__ = (Index("ix_reservations_tenant_id", "tenant_id"), {"postgresql_with": NARROW})

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    root_id: Mapped[UUID]
    tenant_id: Mapped[UUID]
    key_id: Mapped[UUID | None]
    kind: Mapped[str] = mapped_column(Text)
    provider: Mapped[str] = mapped_column(Text)
    month: Mapped[date] = mapped_column(Date)
    amount: Mapped[Decimal] = mapped_column(USD)


class Hold(Base):
    """What a step may have to pay: taken out of its job's reservation before the vendor is called."""

    __tablename__ = "holds"
    __table_args__ = {"postgresql_with": NARROW}

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    ordinal: Mapped[int] = mapped_column(primary_key=True)
    purchase: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    provider: Mapped[str] = mapped_column(Text)
    price: Mapped[Decimal] = mapped_column(USD)


class UsageDay(Base):
    """What a tenant used in a day, of a kind at a provider; stays when the jobs are forgotten."""

    __tablename__ = "usage_days"
    __table_args__ = {"postgresql_with": {"fillfactor": "70", **NARROW}}

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    kind: Mapped[str] = mapped_column(Text, primary_key=True)
    provider: Mapped[str] = mapped_column(Text, primary_key=True)
    jobs: Mapped[int] = mapped_column(BigInteger)
    succeeded: Mapped[int] = mapped_column(BigInteger)
    failed: Mapped[int] = mapped_column(BigInteger)
    canceled: Mapped[int] = mapped_column(BigInteger)
    cost: Mapped[Decimal] = mapped_column(Numeric(20, 6))
    bytes: Mapped[int] = mapped_column(BigInteger)


class UsagePosition(Base):
    """Up to where events and ledger are folded into the days, in the order of their transactions."""

    __tablename__ = "usage_position"

    source: Mapped[str] = mapped_column(Text, primary_key=True)
    """``events`` or ``ledger``."""
    xid: Mapped[int] = mapped_column(Xid8)
    number: Mapped[int] = mapped_column(BigInteger, server_default="0")
