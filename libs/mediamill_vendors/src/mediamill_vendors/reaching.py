"""Whether a vendor can call us."""

from __future__ import annotations

from urllib.parse import urlsplit


def reaches(vendor_url: str, public_url: str) -> bool:
    """Tell whether webhooks may be asked for: the real vendors take https only, one on loopback is a test's."""
    return urlsplit(public_url).scheme == "https" or urlsplit(vendor_url).scheme == "http"
