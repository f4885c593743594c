"""What the people of a tenant may do: a role caps what their keys allow."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from mediamill.tenants.keys import Scope


class Role(StrEnum):
    """Who somebody is within their tenant."""

    OWNER = "owner"
    """Whatever a key allows, and the people of the tenant with their keys."""
    MEMBER = "member"
    """Whatever a key allows."""
    VIEWER = "viewer"
    """Look, and change nothing."""


def allowed(scopes: Iterable[str], role: str | None) -> frozenset[Scope]:
    """Give the scopes that a key has in the hands of somebody in that role; ``None``: it is nobody's in particular."""
    given = frozenset(Scope(scope) for scope in scopes)
    if role != Role.VIEWER:
        return given
    return frozenset({Scope.READ}) if given & {Scope.JOBS, Scope.READ} else frozenset()
