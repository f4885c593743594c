"""Running Postgres for root: it refuses to, so it runs as somebody with no rights who must still reach its files."""

from __future__ import annotations

import hashlib
import os
import pwd
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from typing import Self

from mill.stack.errors import StackError
from mill.stack.processes import Account

_PREFERRED = ("nobody", "postgres", "daemon")


def unprivileged_account() -> Account | None:
    """Give whom a server must run as; ``None`` when we are not root and may run it ourselves."""
    if os.geteuid() != 0:
        return None
    users = {user.pw_name: user for user in pwd.getpwall() if user.pw_uid != 0}
    for name in (*_PREFERRED, *users):
        if name in users:
            return Account(users[name].pw_uid, users[name].pw_gid)
    raise StackError("Postgres does not run as root and there is no other user here; run mill as another user.")


def reaches(path: Path, account: Account) -> bool:
    """Tell whether an account may walk down to a path, looking at everyone's and its own permissions."""
    return all(_may_enter(folder, account) for folder in path.resolve().parents)


def readable_copy(folders: list[Path], account: Account) -> Path:
    """Give a folder that holds these folders where an account can read them: where they are, or a kept copy.

    A virtual environment under a home of mode 0700 is the case for a copy; opening that home is not ours to do.
    """
    if all(reaches(folder, account) for folder in folders):
        return folders[0].parent
    name = hashlib.sha256("\n".join(_fingerprint(folder) for folder in folders).encode()).hexdigest()[:16]
    kept = Path(tempfile.gettempdir()) / f"mediamill-runtime-{name}"
    if not _is_ours(kept):
        _copy(folders, kept)
    return kept


def own(path: Path, account: Account | None) -> None:
    """Give a folder and all in it to an account."""
    if account is None or path.stat().st_uid == account.uid:
        return
    for root, folders, files in os.walk(path):
        for name in (*folders, *files):
            os.chown(Path(root) / name, account.uid, account.gid, follow_symlinks=False)
    os.chown(path, account.uid, account.gid)


def _may_enter(folder: Path, account: Account) -> bool:
    facts = folder.stat()
    if facts.st_uid == account.uid:
        return bool(facts.st_mode & stat.S_IXUSR)
    if facts.st_gid == account.gid:
        return bool(facts.st_mode & stat.S_IXGRP)
    return bool(facts.st_mode & stat.S_IXOTH)


def _fingerprint(folder: Path) -> str:
    facts = folder.stat()
    return f"{folder.resolve()}:{facts.st_ino}:{facts.st_mtime_ns}"


def _is_ours(kept: Path) -> bool:
    """Tell whether a copy was made by us and can be changed by nobody else."""
    try:
        facts = kept.lstat()
    except FileNotFoundError:
        return False
    if not stat.S_ISDIR(facts.st_mode) or facts.st_uid != os.geteuid() or facts.st_mode & 0o022:
        raise StackError(f"{kept} is in the way and is not a folder that only we can write; remove it.")
    return True


def _copy(folders: list[Path], kept: Path) -> None:
    fresh = Path(tempfile.mkdtemp(prefix="mediamill-runtime-"))
    for folder in folders:
        shutil.copytree(folder, fresh / folder.name, symlinks=True)
    for path in (fresh, *fresh.rglob("*")):
        if not path.is_symlink():
            path.chmod((path.stat().st_mode | 0o555 if path.is_dir() else path.stat().st_mode | 0o444) & ~0o022)
    try:
        fresh.rename(kept)
    except OSError:  # another stack was faster; its copy is the same
        shutil.rmtree(fresh)
        if not _is_ours(kept):
            raise


class Handle:
    """A folder's path that holds for whoever inherits it, although the folders above it may not be entered.

    A descriptor that root opened leads to the folder itself (``/proc/self/fd/N``), so that data below a home of mode
    0700 or a test's private folder stays where it was asked for.
    """

    def __init__(self, folder: Path, account: Account | None) -> None:
        self.fds: tuple[int, ...] = ()
        self.path = folder
        if account is not None and not reaches(folder, account):
            if not sys.platform.startswith("linux"):
                raise StackError(f"{folder} cannot be reached by the user that Postgres runs as; use another --data.")
            fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
            self.fds = (fd,)
            self.path = Path(f"/proc/self/fd/{fd}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for fd in self.fds:
            os.close(fd)
