"""Units for systemd and files for Railway: systemd finds nothing to say, and every variable is a setting."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from mediamill.queues.registry import TEST_QUEUE, discover
from mediamill.settings import Settings
from mediamill_testing.debian import unpacked

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "deploy/systemd"
RAILWAY = ROOT / "deploy/railway"
QUEUES = [name for name in discover().queues if name != TEST_QUEUE]
LEAST_EXPOSED = 2.0
"""On systemd's scale from 0 to 10; a unit without any hardening has 9.6."""
SETTINGS = {f"MEDIAMILL_{name.upper()}" for name in Settings.model_fields} | {"MEDIAMILL_METRICS_HOST"}
OTHERS = {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"}


@pytest.fixture(scope="module")
def analyze() -> tuple[str, dict[str, str] | None]:
    if found := shutil.which("systemd-analyze"):
        return found, None
    systemd = unpacked("systemd")
    return str(systemd.program("systemd-analyze")), systemd.environment()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The units as they are installed, the template once for every queue."""
    folder = tmp_path_factory.mktemp("units")
    for unit in UNITS.glob("mediamill*.*"):
        if unit.suffix in {".service", ".target"}:
            names = [unit.name.replace("@", f"@{queue}") for queue in QUEUES] if "@" in unit.name else [unit.name]
            for name in names:
                shutil.copy(unit, folder / name)
    return folder


def told(analyze: tuple[str, dict[str, str] | None], folder: Path) -> list[str]:
    """Give what systemd says of units of ours, but that their programs are not installed here."""
    program, env = analyze
    units = sorted(map(str, folder.iterdir()))
    said = subprocess.run([program, "verify", *units], env=env, capture_output=True, text=True, check=False).stderr
    return [line for line in said.splitlines() if "mediamill" in line and "/bin/python is not executable" not in line]


def test_systemd_has_nothing_against_the_units(analyze: tuple[str, dict[str, str] | None], machine: Path) -> None:
    assert len(list(machine.iterdir())) == 4 + len(QUEUES)
    assert not told(analyze, machine)


def test_systemd_tells_of_a_misspelt_directive(
    analyze: tuple[str, dict[str, str] | None], machine: Path, tmp_path: Path
) -> None:
    unit = (machine / "mediamill-gateway.service").read_text()
    (tmp_path / "mediamill-gateway.service").write_text(unit.replace("MemoryMax=", "MemoryMaximum="))

    assert any("MemoryMaximum" in line for line in told(analyze, tmp_path))


@pytest.mark.parametrize("name", ["gateway", "conductor", "worker@", "migrate"])
def test_a_unit_exposes_little(analyze: tuple[str, dict[str, str] | None], name: str) -> None:
    program, env = analyze
    unit = UNITS / f"mediamill-{name}.service"

    said = subprocess.run(
        [program, "security", "--offline=true", f"--threshold={LEAST_EXPOSED * 10:.0f}", "--no-pager", str(unit)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert said.returncode == 0, said.stdout[-400:] + said.stderr[-400:]


def test_a_worker_is_given_longer_to_stop_than_it_drains() -> None:
    unit, settings = (UNITS / name for name in ("mediamill-worker@.service", "mediamill.env"))

    stop = next(line for line in unit.read_text().splitlines() if line.startswith("TimeoutStopSec="))
    drain = next(line for line in settings.read_text().splitlines() if line.startswith("MEDIAMILL_DRAIN_GRACE_S="))

    assert float(stop.split("=")[1]) >= float(drain.split("=")[1]) + 10


@pytest.mark.parametrize(
    "path", [RAILWAY / "variables.env", UNITS / "mediamill.env"], ids=lambda path: path.parent.name
)
def test_every_variable_is_a_setting_and_stands_there_once(path: Path) -> None:
    lines = [line for line in (ROOT / "deploy" / path).read_text().splitlines() if line and not line.startswith("#")]

    names = [line.split("=", 1)[0] for line in lines]

    assert set(names) <= SETTINGS | OTHERS
    assert len(names) == len(set(names))


@pytest.mark.parametrize("name", ["gateway", "conductor", "worker"])
def test_a_railway_service_starts_what_the_image_would(name: str) -> None:
    config = json.loads((RAILWAY / f"{name}.json").read_text())
    image = (ROOT / f"services/{'text' if name == 'worker' else name}/Dockerfile").read_text()

    words = shlex.split(config["deploy"]["startCommand"])
    started = shlex.split(words[2]) if words[:2] == ["/bin/sh", "-c"] else words

    module = started[started.index("-m") + 1]
    assert f'"-m", "{module}"' in image
    assert "tini" in started
    assert (ROOT / config["build"]["dockerfilePath"]).is_file()
    assert config["deploy"]["drainingSeconds"] >= 30
