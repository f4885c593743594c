"""Programs from Debian's archive."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from mediamill_testing import debian


def test_a_debian_program_is_fetched_with_its_libraries_and_runs() -> None:
    prometheus = debian.unpacked("prometheus")

    said = subprocess.run(
        [prometheus.program("promtool"), "--version"],
        env=prometheus.environment(),
        capture_output=True,
        text=True,
        check=True,
    )

    assert "promtool, version" in said.stdout + said.stderr


def test_a_package_that_no_archive_has_is_told_with_the_reason_and_leaves_nothing_half_done(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    home, tools = tmp_path / "home", tmp_path / "tools"
    tools.mkdir()
    (tools / "apt-get").write_text("#!/bin/sh\necho 'E: Unable to locate package no-such-program' >&2\nexit 100\n")
    (tools / "apt-get").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")

    with pytest.raises(
        debian.Unavailable, match="no-such-program cannot be fetched: apt-get ended with 100: E: Unable"
    ):
        debian.fetch("no-such-program", home=home)

    assert {path.name for path in home.iterdir()} == {"apt", "lock", "no-such-program.failed"}


def test_a_failure_is_remembered_so_that_nobody_waits_for_it_again(tmp_path: Path) -> None:
    (tmp_path / "prometheus.failed").write_text("prometheus cannot be fetched: no network")

    with pytest.raises(pytest.skip.Exception, match="no network"):
        debian.unpacked("prometheus", home=tmp_path)


def test_a_machine_without_debian_s_tools_skips_and_names_what_is_missing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(pytest.skip.Exception, match="this machine has no apt-get"):
        debian.unpacked("prometheus", home=tmp_path / "home")
