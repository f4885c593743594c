"""What is posted to add and change people, and what they look like."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints
from sqlalchemy import RowMapping

from gateway.tenants.models import Label
from gateway.texts import Id, Time
from mediamill.clock import iso
from mediamill.tenants.roles import Role

Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$"),
]
_ROLE = "owner: also manages people; member: whatever their keys allow; viewer: looks and changes nothing"


class PostUser(BaseModel):
    """A new person."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"email": "ana@acme.example", "name": "Ana", "role": "viewer"}]}
    )

    tenant_id: UUID | None = Field(None, description="for operators; null: your own")
    email: Email = Field(description="one of a kind within the tenant, whatever its case")
    name: Label = ""
    role: Role = Field(Role.MEMBER, description=_ROLE)


class PatchUser(BaseModel):
    """What to change of a person; what is left out stays."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"role": "owner"}]})

    email: Email = ""
    name: Label = ""
    role: Role = Role.MEMBER


class User(BaseModel):
    """A person within a tenant."""

    id: Id
    tenant_id: Id
    email: str = Field(examples=["ana@acme.example"])
    name: str
    role: str = Field(description=_ROLE, examples=["viewer"])
    created_at: Time


class PostUserKey(BaseModel):
    """A new key of a person; what it may do is told by their role."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"name": "laptop"}]})

    name: Label = ""
    expires_at: AwareDatetime | None = Field(None, description="null is never")


def user(row: RowMapping) -> User:
    """Show a person."""
    return User(
        id=str(row["id"]),
        tenant_id=str(row["tenant_id"]),
        created_at=iso(row["created_at"]) or "",
        **{name: row[name] for name in ("email", "name", "role")},
    )
