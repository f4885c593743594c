"""What a stack writes down, and what is made of it by whoever comes later."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from mill.stack.accounts import readable_copy, unprivileged_account
from mill.stack.control import bring_down
from mill.stack.environment import MARK, Keys, inherited, stack_environment
from mill.stack.errors import AlreadySupervised, NotRunning
from mill.stack.layout import Layout
from mill.stack.processes import Account, Identity, end, identify, is_alive
from mill.stack.state import (
    PartState,
    Ports,
    State,
    Up,
    live_state,
    read_ports,
    read_state,
    running,
    supervising,
    write_ports,
    write_state,
)

SLEEPER = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    made = Layout.of(tmp_path / "data")
    made.make()
    return made


def _sleeper(**environment: str) -> subprocess.Popen[bytes]:
    child = subprocess.Popen(SLEEPER, stdout=subprocess.PIPE, env={**os.environ, **environment}, start_new_session=True)
    assert child.stdout is not None
    child.stdout.readline()
    return child


def _up(layout: Layout) -> Up:
    return Up(url="http://x", key="k", operator_key="o", pid=1, data=str(layout.data), database_url="", broker_url="")


def test_a_stack_whose_supervisor_lives_is_found(layout: Layout) -> None:
    me = identify(os.getpid())
    assert me is not None
    write_state(layout, State(pid=me.pid, started=me.started, up=_up(layout)))

    found = running(layout)

    assert found == _up(layout)


def test_a_pid_that_somebody_else_has_now_is_not_taken_for_the_supervisor(layout: Layout) -> None:
    write_state(layout, State(pid=os.getpid(), started="1", up=_up(layout)))

    found = live_state(layout)

    assert found is None
    with pytest.raises(NotRunning, match="mill up"):
        running(layout)


def test_a_state_file_cut_short_counts_as_none(layout: Layout) -> None:
    layout.state.write_text('{"pid": 12')

    assert read_state(layout) is None


def test_state_and_secrets_can_be_read_by_their_owner_only(layout: Layout) -> None:
    keys = Keys(layout)
    write_state(layout, State(pid=1, started="1"))

    modes = {path.stat().st_mode & 0o077 for path in [layout.state, *layout.secrets.iterdir()]}

    assert modes == {0}
    assert keys.key.startswith("mm_")
    assert len(keys.key) == len("mm_") + 32
    assert Keys(layout).key == keys.key


def test_two_supervisors_never_share_a_folder(layout: Layout) -> None:
    with supervising(layout), pytest.raises(AlreadySupervised), supervising(layout):
        pass

    with supervising(layout):
        pass


def test_the_ports_of_the_last_run_are_remembered(layout: Layout) -> None:
    write_ports(layout, Ports(gateway=8081, postgres=5433))

    assert read_ports(layout) == Ports(gateway=8081, postgres=5433)


def test_going_down_ends_the_parts_of_a_killed_supervisor_and_forgets_them(layout: Layout) -> None:
    child = _sleeper()
    part = identify(child.pid)
    assert part is not None
    told = PartState(name="worker", pid=part.pid, started=part.started, log="x")
    write_state(layout, State(pid=os.getpid(), started="1", up=_up(layout), parts=(told,)))

    stopped = bring_down(layout)

    assert stopped
    assert not is_alive(part)
    assert not layout.state.exists()
    child.communicate()


def test_going_down_spares_a_process_that_only_has_the_pid_of_a_former_part(layout: Layout) -> None:
    child = _sleeper()
    told = PartState(name="worker", pid=child.pid, started="1", log="x")
    write_state(layout, State(pid=os.getpid(), started="1", parts=(told,)))

    bring_down(layout)

    assert child.poll() is None
    child.kill()
    child.communicate()


def test_a_process_that_no_state_tells_of_is_found_by_its_mark(layout: Layout, tmp_path: Path) -> None:
    ours, theirs = _sleeper(**{MARK: str(layout.data)}), _sleeper(**{MARK: str(tmp_path / "other")})

    stopped = bring_down(layout)

    assert stopped
    assert ours.wait(5) == -signal.SIGKILL
    assert theirs.poll() is None
    theirs.kill()
    for child in (ours, theirs):
        child.communicate()


def test_going_down_where_nothing_ever_ran_is_harmless(tmp_path: Path) -> None:
    assert bring_down(Layout.of(tmp_path / "never")) is False
    assert not (tmp_path / "never").exists()


def test_children_get_the_parts_that_the_user_named_and_nothing_that_could_leak(
    layout: Layout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDIAMILL_STORE_URL", "s3://bucket")
    monkeypatch.setenv("MEDIAMILL_TEST_KINDS", "1")
    monkeypatch.setenv("GITHUB_TOKEN", "leak")
    monkeypatch.setenv("MEDIAMILL_BOOTSTRAP_KEY", "leak")
    monkeypatch.setenv("MEDIAMILL_KEY", "leak")

    told = stack_environment(layout, Keys(layout), "postgresql://d", "redis://b", "http://g")

    assert told["MEDIAMILL_STORE_URL"] == "s3://bucket"
    assert told["MEDIAMILL_TEST_KINDS"] == "1"
    assert told["MEDIAMILL_DATABASE_URL"] == "postgresql://d"
    assert told[MARK] == str(layout.data)
    assert "leak" not in told.values()


def test_credentials_of_a_cloud_are_passed_on_only_for_a_store_that_was_named() -> None:
    credentials = {"AWS_SECRET_ACCESS_KEY": "x"}

    without, with_store = inherited(credentials), inherited({**credentials, "MEDIAMILL_STORE_URL": "s3://b"})

    assert without == {}
    assert with_store["AWS_SECRET_ACCESS_KEY"] == "x"


def test_a_stubborn_process_is_killed_after_the_grace() -> None:
    program = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    child = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert child.stdout is not None
    child.stdout.readline()
    stubborn = identify(child.pid)
    assert stubborn is not None

    end(stubborn, signal.SIGTERM, 0.1)

    assert child.wait(5) == -signal.SIGKILL
    child.stdout.close()


def test_a_process_that_ended_and_was_not_reaped_counts_as_gone() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    found = identify(child.pid)

    assert found is None
    assert not is_alive(Identity(child.pid, "1"))
    child.wait()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs copies for somebody else")
def test_programs_below_a_private_folder_are_copied_where_everybody_can_read_them_and_nobody_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "private" / "package"
    package.mkdir(parents=True)
    (tmp_path / "private").chmod(0o700)
    (package / "program").write_text("run")
    public = tmp_path / "public"
    public.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(public))
    account = unprivileged_account() or Account(65534, 65534)

    first, second = readable_copy([package], account), readable_copy([package], account)

    assert first == second
    assert (first / "package" / "program").read_text() == "run"
    assert {path.stat().st_mode & 0o022 for path in (first, *first.rglob("*"))} == {0}
    assert [path.name for path in public.iterdir()] == [first.name]
