"""The command line: what it says, what it refuses, and how it ends."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mediamill.settings import Settings
from mill.api.errors import Problem
from mill.cli.app import app
from mill.cli.assets import guess_type
from mill.cli.config import printable
from mill.cli.failures import facts, words
from mill.cli.fields import pairs, put_fields, read_input
from mill.cli.limits import read_limits
from mill.demo.brief import read_brief, slug
from mill.demo.film import Aspect, request
from mill.errors import WrongUse

STACK = ["up", "down", "status", "doctor", "worker", "migrate", "config"]
VERBS = [
    *STACK,
    "demo",
    "jobs",
    "assets",
    "tenants",
    "users",
    "plans",
    "keys",
    "kinds",
    "queues",
    "providers",
    "chains",
    "chain",
    "usage",
    "manifests",
]


def _mill(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    program = [sys.executable, "-c", "from mill.cli import main; main()"]
    return subprocess.run([*program, *arguments], cwd=cwd, capture_output=True, text=True, check=False)


def test_the_help_lists_every_verb_and_loads_nothing_slow(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom mill.cli.app import app\n"
        "app(['--help'], standalone_mode=False)\n"
        "print('SLOW', sorted({'rich', 'httpx', 'psycopg', 'sqlalchemy', 'pydantic'} & set(sys.modules)))"
    )

    told = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)

    assert [verb for verb in VERBS if f"  {verb} " not in told.stdout] == []
    assert "SLOW []" in told.stdout


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(verb: str) -> None:
    told = CliRunner().invoke(app, [verb, "--help"])

    assert told.exit_code == 0
    assert "Usage:" in told.stdout


def test_where_nothing_runs_the_exit_code_is_3_and_says_how_to_start(tmp_path: Path) -> None:
    told = _mill("jobs", "list", cwd=tmp_path)

    assert told.returncode == 3
    assert "mill up" in told.stderr
    assert told.stdout == ""


def test_with_json_a_failure_is_json_too(tmp_path: Path) -> None:
    told = _mill("status", "--json", cwd=tmp_path)

    assert told.returncode == 3
    assert json.loads(told.stderr)["error"]["exit_code"] == 3


def test_an_unknown_option_is_wrong_use(tmp_path: Path) -> None:
    assert _mill("up", "--nonsense", cwd=tmp_path).returncode == 2


def test_a_url_without_a_key_is_wrong_use(tmp_path: Path) -> None:
    told = _mill("jobs", "list", "--url", "http://127.0.0.1:9", cwd=tmp_path)

    assert told.returncode == 2
    assert "--key" in told.stderr


def test_down_where_nothing_runs_ends_well_and_leaves_no_folder(tmp_path: Path) -> None:
    told = _mill("down", "--json", cwd=tmp_path)

    assert told.returncode == 0
    assert json.loads(told.stdout) == {"stopped": False, "data": str(tmp_path / ".mediamill")}
    assert list(tmp_path.iterdir()) == []


def test_nobody_is_asked_in_a_pipe_and_nothing_is_revoked(tmp_path: Path) -> None:
    told = _mill("keys", "revoke", "some-id", "--url", "http://127.0.0.1:9", "--key", "mm_x", cwd=tmp_path)

    assert told.returncode == 2
    assert "--yes" in told.stderr


def test_config_tells_every_setting_with_its_why(tmp_path: Path) -> None:
    told = json.loads(_mill("config", "--json", cwd=tmp_path).stdout)

    assert [setting["name"] for setting in told] == list(Settings.model_fields)
    assert [setting["name"] for setting in told if not setting["why"]] == []


def test_secrets_are_masked_and_of_a_url_only_its_password() -> None:
    config = Settings.model_validate({"secret": "s3cret", "database_url": "postgresql://me:hidden@db:5432/mill"})

    assert printable(config.secret) == "***"
    assert printable(config.database_url) == "postgresql://me:***@db:5432/mill"


def test_the_doctor_finds_everything_that_the_stack_is_made_of(tmp_path: Path) -> None:
    found = {finding["name"]: finding for finding in json.loads(_mill("doctor", "--json", cwd=tmp_path).stdout)}

    assert {name: found[name]["verdict"] for name in ("python", "postgres", "valkey", "ffmpeg", "fonts")} == {
        "python": "ok",
        "postgres": "ok",
        "valkey": "ok",
        "ffmpeg": "ok",
        "fonts": "ok",
    }
    assert found["database"]["verdict"] == "warn"
    assert [finding for finding in found.values() if finding["verdict"] != "ok" and not finding["advice"]] == []


def test_fields_are_json_where_they_read_as_it_and_text_elsewhere() -> None:
    given = put_fields({"n": 1}, ["prompt=a red fox", "n=2", "size=[64,64]", 'text="5"', "a.b=true"], lambda _: "")

    assert given == {"prompt": "a red fox", "n": 2, "size": [64, 64], "text": "5", "a": {"b": True}}


def test_a_file_as_a_field_is_uploaded_and_its_id_put_in(tmp_path: Path) -> None:
    picture = tmp_path / "fox.png"
    picture.write_bytes(b"png")
    uploaded: list[Path] = []

    given = put_fields({}, [f"image=@{picture}"], lambda path: uploaded.append(path) or "the-id")

    assert given == {"image": "the-id"}
    assert uploaded == [picture]


@pytest.mark.parametrize("field", ["nothing", "=x", "image=@/no/such/file"])
def test_what_is_no_field_is_refused_by_name(field: str) -> None:
    with pytest.raises(WrongUse):
        put_fields({}, [field], lambda _: "")


def test_an_input_that_is_no_object_is_refused(tmp_path: Path) -> None:
    (tmp_path / "list.json").write_text("[1]")

    with pytest.raises(WrongUse, match="object"):
        read_input(str(tmp_path / "list.json"))
    with pytest.raises(WrongUse, match="name=value"):
        pairs(["novalue"], "--metadata")


def test_a_problem_is_told_with_each_wrong_field_and_the_log() -> None:
    problem = Problem.read(
        422,
        {
            "title": "The input does not fit.",
            "detail": "of x: n",
            "errors": [{"loc": ["input", "n"], "msg": "too big"}],
        },
    )
    problem.log = Path("/logs/gateway.log")

    assert words(problem) == "The input does not fit: of x: n\n  input.n: too big\nThe log is /logs/gateway.log"
    assert facts(problem)["errors"] == [{"loc": "input.n", "msg": "too big"}]


def test_an_answer_of_a_proxy_that_is_no_problem_is_told_as_it_is() -> None:
    assert words(Problem.read(502, "<html>Bad Gateway</html>")) == "HTTP 502: <html>Bad Gateway</html>"


def test_the_shipped_brief_a_file_and_a_sentence_are_all_briefs(tmp_path: Path) -> None:
    path = tmp_path / "brief.md"
    path.write_text("# From a file")

    assert len(read_brief(None).split()) > 120
    assert read_brief(str(path)) == "# From a file"
    assert read_brief("A shy robot learns to share.") == "A shy robot learns to share."


@pytest.mark.parametrize("given", ["missing.md", "  ", "word " * 5000])
def test_what_cannot_be_a_brief_is_refused(given: str) -> None:
    with pytest.raises(WrongUse):
        read_brief(given)


@pytest.mark.parametrize(
    ("title", "name"),
    [("Nella & the Lantern!", "nella-the-lantern"), ("Çok güzel", "cok-guzel"), ("…", "film"), ("a" * 99, "a" * 60)],
)
def test_a_film_is_filed_under_its_title(title: str, name: str) -> None:
    assert slug(title) == name


def test_a_tall_film_is_asked_for_in_its_size_and_scenes_only_when_given() -> None:
    assert request("b", Aspect.TALL, None, cache="reuse")["input"] == {"brief": "b", "size": "720x1280"}
    assert request("b", Aspect.SQUARE, 3, cache="off")["input"]["scenes"] == 3


@pytest.mark.parametrize(
    ("name", "media_type"), [("a.png", "image/png"), ("a.wav", "audio/x-wav"), ("a.vtt", "text/vtt")]
)
def test_a_name_tells_the_media_type(name: str, media_type: str) -> None:
    assert guess_type(Path(name)) in {media_type, media_type.replace("x-", "")}


def test_limits_are_numbers_units_none_or_the_plans() -> None:
    said = read_limits(["max-running=2", "max_bytes=500GB", "max_queued=none", "weight=plan"])

    assert said.given == {"max_running": 2, "max_bytes": 500 * 10**9, "max_queued": None}
    assert said.follow == ["weight"]
    for wrong in ("max_running=few", "max_running=2GB", "most=3", "weight"):
        with pytest.raises(WrongUse):
            read_limits([wrong])
