"""The folders of a run: a private one, made when it is first asked for, and the one that its tenant's runs share."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import AbstractContextManager, ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import UUID

from mediamill.settings import settings


class Scratch:
    """A folder that is gone when the block ends, and files that were lent for as long."""

    def __init__(self) -> None:
        self._lent = ExitStack()

    def __enter__(self) -> Self:
        """Begin; nothing is made yet."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Delete the folder, if it was ever made, and give back what was lent."""
        self._lent.close()
        if "path" in self.__dict__:
            shutil.rmtree(self.path, ignore_errors=True)

    @cached_property
    def path(self) -> Path:
        """The folder."""
        return Path(tempfile.mkdtemp(prefix="mediamill-")).resolve()

    def borrow(self, lending: AbstractContextManager[Path]) -> Path:
        """Give a file that is lent until the block ends; it does not lie in the folder."""
        return self._lent.enter_context(lending)

    def holds(self, path: Path) -> bool:
        """Tell whether a file lies inside, so that it may be moved away."""
        return "path" in self.__dict__ and path.resolve().is_relative_to(self.path)


def shared_folder(tenant_id: UUID) -> Path | None:
    """Give a tenant's folder on this machine, which outlives the run; ``None`` where somebody else owns its place."""
    given = settings().work_cache
    root = Path(given) if given else Path(tempfile.gettempdir()) / f"mediamill-work-{os.geteuid()}"
    folder = root / str(tenant_id)
    try:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        folder.mkdir(exist_ok=True, mode=0o700)
    except OSError:
        return None
    return folder if root.stat().st_uid == os.geteuid() else None
