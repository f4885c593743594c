"""What teamfit refuses, and why."""

from __future__ import annotations

from datetime import datetime

from mediamill.errors import MediamillError


class PlanRequired(MediamillError):
    """Activities of a team's own are for organizations with a paid plan."""

    code, status = "plan-required", 402


class TrustTooLow(MediamillError):
    """The organization's trust score is too low for this."""

    code, status = "trust-too-low", 403


class OwnersOnly(MediamillError):
    """Plan, trust score and quota are set by the tenant's servers or its owners."""

    code, status = "owners-only", 403


class QuotaSpent(MediamillError):
    """The organization's activities of this month are used up."""

    code, status = "quota-spent", 429

    @classmethod
    def of(cls, *, quota: int, used: int, pending: int, resets_at: datetime, left_s: float) -> QuotaSpent:
        """Tell how many were made and are being made, and when the next month begins."""
        making = f" and {pending} are being made" if pending else ""
        error = cls(f"{used} of {quota} were made{making}; it begins anew on {resets_at:%Y-%m-%d}, 00:00 UTC.")
        error.retry_after_s = left_s
        error.facts = {"limit": quota, "used": used, "resets_at": f"{resets_at:%Y-%m-%dT%H:%M:%SZ}"}
        return error


class NoMaterials(MediamillError):
    """The team has no materials that activities could be made of."""

    code, status = "no-materials", 422


class UnreadableMaterial(MediamillError):
    """This file gives no text that activities could be made of."""

    code, status = "unreadable-material", 422


class Forgotten(MediamillError):
    """These activities were made too long ago: the job that holds them is forgotten."""

    code, status = "forgotten", 410
