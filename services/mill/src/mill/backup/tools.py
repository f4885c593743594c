"""pg_dump and pg_restore, those of the wheel; the password goes by the environment, where no other user reads it."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from mill.errors import MillError
from mill.stack.postgres import binaries_folder


class ToolFailed(MillError):
    """Postgres's own program failed."""

    title = "The database could not be saved or restored"


def dump(url: str, target: Path, snapshot: str) -> None:
    """Write the database as an exported snapshot sees it, compressed."""
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-acl", f"--snapshot={snapshot}", f"--file={target}")


def restore(url: str, source: Path) -> None:
    """Read a dump into an empty database: all of it, or nothing."""
    _run("pg_restore", url, "--no-owner", "--no-acl", "--exit-on-error", "--single-transaction", str(source))


def _run(program: str, url: str, *arguments: str) -> None:
    facts = conninfo_to_dict(url)
    password = facts.get("password")
    rest = {name: str(value) for name, value in facts.items() if name != "password" and value is not None}
    env = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "PGTZ": "UTC"}
    env |= {"PGPASSWORD": str(password)} if password else {}
    command: list[str | Path] = [binaries_folder() / program, f"--dbname={make_conninfo(**rest)}", *arguments]
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise ToolFailed(f"{program}: {done.stderr.strip()[-2000:]}")
