"""A stack is saved by command beside its work, destroyed, brought back in another folder, and goes on there."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from mediamill_testing.stacks import MILL, clean_environment, running_stack, until
from mediamill_testing.vendor.server import VendorServer
from mill.errors import ExitCode

pytestmark = pytest.mark.xdist_group("backing up")


def mill(*arguments: str | Path, code: int = 0) -> dict[str, object]:
    """Run the command on no stack in particular, and give what it printed as JSON."""
    done = subprocess.run([MILL, *arguments], env=clean_environment(), capture_output=True, text=True, check=False)
    assert done.returncode == code, done.stderr
    return dict(json.loads(done.stdout or done.stderr))


def test_a_destroyed_stack_is_brought_back_elsewhere_and_goes_on(tmp_path: Path) -> None:
    vendor = VendorServer().start()
    vendor.faults.drop_hooks = True
    settings = {"MEDIAMILL_TEST_VENDOR_URL": vendor.url, **vendor.settings}
    backups = tmp_path / "backups"
    with running_stack(tmp_path / "one", **settings) as one:
        kept = one.ended(one.submit("test.keep")["id"])
        jobs = [
            one.submit("test.steps", {"n": 20, "seconds": 0.4})["id"],
            one.submit("test.wait", {"seconds": 3})["id"],
        ]
        until(lambda: one.job(jobs[0])["state"] == "running" and vendor.bill.sales())
        taken = json.loads(one.mill("backup", str(backups), "--json").stdout)
        again = json.loads(one.mill("backup", str(backups), "--json").stdout)
        key = one.key
    shutil.rmtree(tmp_path / "one")

    back = ("restore", backups, "--snapshot", taken["name"], "--data", tmp_path / "two" / "data", "--json")
    restored = mill(*back)
    refused = mill(*back, code=ExitCode.USAGE)

    assert (taken["assets"], taken["copied"], again["copied"]) == (1, 1, 0)
    assert (restored["assets"], restored["copied"], restored["jobs"]) == (1, 1, 2)
    assert "not empty" in json.dumps(refused)
    with running_stack(tmp_path / "two", **settings) as two:
        assert two.key == key
        assert [two.ended(job, 90)["state"] for job in jobs] == ["succeeded"] * 2
        with two.client() as client:
            content = client.get(f"/v1/assets/{kept['output']['assets'][0]['id']}/content")
        assert content.status_code == 200
        assert len(content.content) == kept["output"]["assets"][0]["bytes"]
    assert len(vendor.bill.sales()) == 1
    vendor.close()
