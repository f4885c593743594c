"""How test.marks leaves its marks."""

from __future__ import annotations

import httpx

from mediamill.errors import Permanent, Transient
from mediamill.settings import settings

TIMEOUT_S = 10.0


def leave_mark(job_id: str, ordinal: int) -> None:
    """Leave a mark in the world, as a step does whose doing can be seen from outside."""
    url = settings().test_vendor_url
    if not url:
        raise Permanent("MEDIAMILL_TEST_VENDOR_URL is not set, so there is nowhere to leave a mark.")
    try:
        body = {"job_id": job_id, "ordinal": ordinal}
        httpx.post(f"{url}/marks", json=body, timeout=TIMEOUT_S).raise_for_status()
    except httpx.HTTPError as error:
        raise Transient(f"The vendor: {type(error).__name__}.") from error
