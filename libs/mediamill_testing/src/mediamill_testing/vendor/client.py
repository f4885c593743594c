"""How the test handlers talk to the vendor."""

from __future__ import annotations

from dataclasses import dataclass

import httpx

from mediamill.errors import Permanent, Transient
from mediamill.settings import settings

TIMEOUT_S = 10.0


@dataclass(frozen=True)
class Vendor:
    """A client of the vendor server."""

    url: str

    @classmethod
    def from_settings(cls) -> Vendor:
        """Find the vendor. Raises ``Permanent`` when none is configured."""
        url = settings().test_vendor_url
        if not url:
            raise Permanent("MEDIAMILL_TEST_VENDOR_URL is not set, so there is no vendor to buy from.")
        return cls(url)

    def submit(self, key: str, seconds: float) -> str:
        """Buy a prediction and give its id."""
        return str(self._call("POST", "/predictions", {"key": key, "seconds": seconds})["id"])

    def find(self, key: str) -> str | None:
        """Give the id of the prediction that was bought with this key, if one was."""
        found = self._call("GET", f"/predictions?key={key}", None)["ids"]
        return str(found[0]) if found else None

    def is_done(self, prediction: str) -> bool:
        """Ask whether a prediction has ended."""
        return bool(self._call("GET", f"/predictions/{prediction}", None)["status"] == "succeeded")

    def mark(self, job_id: str, ordinal: int) -> None:
        """Leave a mark in the world, as a step does whose doing can be seen from outside."""
        self._call("POST", "/marks", {"job_id": job_id, "ordinal": ordinal})

    def _call(self, method: str, path: str, body: dict[str, object] | None) -> dict[str, list[str] | str]:
        try:
            answer = httpx.request(method, self.url + path, json=body, timeout=TIMEOUT_S)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Transient(f"The vendor: {type(error).__name__}.") from error
        found: dict[str, list[str] | str] = answer.json()
        return found
