"""A context without a database: enough to try a handler at one's desk.

It keeps assets in a folder and steps in a dict. What needs the engine (children, waits) is not here: such handlers
are tested on the real stack.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from mediamill.clock import now
from mediamill.contracts import Answer, Asset
from mediamill.errors import NotFound
from mediamill.handlers.context import FREE, Call, Link, Price
from mediamill.ids import uuid7
from mediamill.providers.chain import choose
from mediamill.providers.protocol import EffectKey, Pending, Provider

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A")

LOOK_EVERY_S = 0.1


class DeskContext:
    """Runs a handler's steps at once; ``progressed`` and ``logged`` tell what the handler told."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._assets: dict[str, tuple[Asset, Path]] = {}
        self.job_id: UUID = uuid7()
        self.workdir = folder / "work"
        self.workdir.mkdir(parents=True, exist_ok=True)
        self.cachedir = folder / "shared"
        self.cachedir.mkdir(exist_ok=True)
        self.cancelled = False
        self.progressed: list[tuple[float, float, str | None]] = []
        self.logged: list[str] = []

    def step(self, name: str, fn: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the step."""
        return fn(*args, **kwargs)

    def effect(
        self, name: str, submit: Callable[[str], T], recover: Callable[[str], T | None], price: Price[T] = FREE
    ) -> T:
        """Run the effect."""
        return submit(f"{self.job_id}:{name}")

    def ask(self, provider: Provider[A, T] | Sequence[Provider[A, T]], ask: A) -> T:
        """Have the vendor make it and wait for it here."""
        chosen = choose(provider, None)
        ticket = chosen.submit(ask, EffectKey(self.job_id, 0, 1, "desk", now()))
        while isinstance(found := chosen.poll(ticket), Pending):
            time.sleep(LOOK_EVERY_S)
        if found.failure is not None:
            raise found.failure.error()
        return chosen.read(ask, found)

    def chain(self, links: Sequence[Link[A, T]], ask: A) -> T:
        """Have the first link serve."""
        return links[0].serve(self, ask)

    def run(self, kind: str, input: Mapping[str, Any]) -> Answer:
        """Not at a desk."""
        raise NotImplementedError("child jobs need the engine")

    def gather(self, *calls: Call) -> list[Answer]:
        """Not at a desk."""
        raise NotImplementedError("child jobs need the engine")

    def paced(self, name: str, every_s: float, request: Callable[[], T]) -> T:
        """Ask at once: nobody else does."""
        return request()

    def sleep(self, seconds: float) -> None:
        """Return at once."""

    def signal(self, name: str) -> Any:
        """Not at a desk."""
        raise NotImplementedError("signals need the engine")

    def progress(self, current: float, total: float, message: str | None = None) -> None:
        """Note it."""
        self.progressed.append((current, total, message))

    def log(self, text: str) -> None:
        """Note it."""
        self.logged.append(text)

    def open(self, asset_id: str) -> Path:
        """Give the file of an asset that was saved here."""
        return self._find(asset_id)[1]

    def describe(self, asset_id: str) -> Asset:
        """Give the facts of an asset that was saved here."""
        return self._find(asset_id)[0]

    def save(
        self,
        content: bytes | Path,
        media_type: str,
        *,
        role: str = "output",
        width: int | None = None,
        height: int | None = None,
        duration_s: float | None = None,
    ) -> Asset:
        """Keep the bytes in the folder, under their hash."""
        data = content if isinstance(content, bytes) else content.read_bytes()
        digest = hashlib.sha256(data).hexdigest()
        asset = Asset(
            id=str(uuid7()),
            role=role,
            media_type=media_type,
            bytes=len(data),
            sha256=digest,
            width=width,
            height=height,
            duration_s=duration_s,
        )
        path = self._folder / digest
        path.write_bytes(data)
        self._assets[asset.id] = (asset, path)
        return asset

    def _find(self, asset_id: str) -> tuple[Asset, Path]:
        try:
            return self._assets[asset_id]
        except KeyError:
            raise NotFound(f"asset {asset_id}") from None
