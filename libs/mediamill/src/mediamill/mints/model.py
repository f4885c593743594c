"""The tables of mints. None refers to ``jobs`` or tenants: what is on a chain stays there when those are forgotten."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from sqlalchemy import BigInteger, Date, ForeignKeyConstraint, Index, Numeric, Text, func, text
from sqlalchemy.orm import Mapped, mapped_column

from mediamill.db.base import Base

WEI = Numeric(78, 0)
"""Any number of 256 bits."""


class MintState(StrEnum):
    """How far a mint is."""

    SIGNED = "signed"
    """Its transaction is written down; the chain may or may not have heard of it."""
    MINTED = "minted"
    """The token is there, as deep in the chain as was asked for."""
    FAILED = "failed"
    """Its transaction can no longer make the token: it was reverted, or its nonce is another's."""


class ContractRow(Base):
    """A contract that was deployed from here; the newest of a chain is the one that new tokens are minted at."""

    __tablename__ = "mint_contracts"

    chain_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    address: Mapped[str] = mapped_column(Text, primary_key=True)
    signer: Mapped[str] = mapped_column(Text)
    nonce: Mapped[int] = mapped_column(BigInteger)
    tx_hash: Mapped[str] = mapped_column(Text)
    raw: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    deployed_at: Mapped[datetime | None]
    """When it was seen on the chain; null while that is not known."""


class SignerRow(Base):
    """A key's next nonce on a chain. Its row is locked while a transaction is signed, so that no nonce is left out."""

    __tablename__ = "mint_signers"

    chain_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    address: Mapped[str] = mapped_column(Text, primary_key=True)
    next_nonce: Mapped[int] = mapped_column(BigInteger)


class MintRow(Base):
    """One token, whoever asked for it how often. Without a nonce it was found on the chain, not signed by us."""

    __tablename__ = "mints"
    __table_args__ = (
        Index("uq_mints_chain_id_signer_nonce", "chain_id", "signer", "nonce", unique=True),
        Index("ix_mints_signed", "chain_id", "signer", "nonce", postgresql_where=text("state = 'signed'")),
        Index("ix_mints_tenant_id_made_at", "tenant_id", "made_at"),
    )

    chain_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    contract: Mapped[str] = mapped_column(Text, primary_key=True)
    token_id: Mapped[str] = mapped_column(Text, primary_key=True)
    """64 digits of hex."""
    tenant_id: Mapped[UUID]
    job_id: Mapped[UUID]
    """The job that had it signed, and pays; others may wait for it, too."""
    sha256: Mapped[str] = mapped_column(Text)
    edition: Mapped[int] = mapped_column(BigInteger)
    recipient: Mapped[str] = mapped_column(Text)
    uri: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(Text)
    signer: Mapped[str | None] = mapped_column(Text)
    nonce: Mapped[int | None] = mapped_column(BigInteger)
    gas: Mapped[int | None] = mapped_column(BigInteger)
    day: Mapped[date] = mapped_column(Date, server_default=text("(now() AT TIME ZONE 'UTC')::date"))
    """The day whose spending it counts in."""
    most_wei: Mapped[Decimal] = mapped_column(WEI, server_default="0")
    """What it may cost; once it has ended, what it did cost."""
    tx_hash: Mapped[str | None] = mapped_column(Text)
    """The transaction by which it ended."""
    block_number: Mapped[int | None] = mapped_column(BigInteger)
    block_hash: Mapped[str | None] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())
    ended_at: Mapped[datetime | None]


class AttemptRow(Base):
    """A signed transaction of a mint, here before anybody is sent it; a higher fee is one more, of equal nonce."""

    __tablename__ = "mint_attempts"
    __table_args__ = (
        ForeignKeyConstraint(
            ["chain_id", "contract", "token_id"],
            ["mints.chain_id", "mints.contract", "mints.token_id"],
            name="fk_mint_attempts_mint",
            ondelete="CASCADE",
        ),
        Index("ix_mint_attempts_mint", "chain_id", "contract", "token_id"),
    )

    tx_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    chain_id: Mapped[int] = mapped_column(BigInteger)
    contract: Mapped[str] = mapped_column(Text)
    token_id: Mapped[str] = mapped_column(Text)
    nonce: Mapped[int] = mapped_column(BigInteger)
    raw: Mapped[bytes]
    max_fee: Mapped[Decimal] = mapped_column(WEI)
    """Wei per gas, all in all."""
    tip: Mapped[Decimal] = mapped_column(WEI)
    """Wei per gas for who builds the block."""
    made_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())


class SpendingRow(Base):
    """What a tenant's mints of a day have cost, or may still cost while they are on their way."""

    __tablename__ = "mint_spending"

    tenant_id: Mapped[UUID] = mapped_column(primary_key=True)
    chain_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    wei: Mapped[Decimal] = mapped_column(WEI)
