"""What the doctor says of models that end."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from mediamill.queues.manifest import Manifest
from mediamill.queues.registry import Queue, Registry
from mediamill_testing.stacks import clean_environment
from mill.doctor.finding import Verdict
from mill.doctor.models import NOTICE, Order, judge

END = date(2027, 1, 14)


def registry(*models: tuple[str, date | None]) -> Registry:
    listed = [
        {"provider": "openai", "model": name, "price": "1", "sunset": sunset, "source": "https://vendor.example"}
        for name, sunset in models
    ]
    kind = {"contract": "contract:Make", "answer": "contract:Made", "summary": "Makes it"}
    kind |= {"providers": ["local", "openai"], "models": listed}
    facts: dict[str, Any] = {"queue": {"name": "music", "summary": "All music"}, "kinds": {"music.make": kind}}
    return Registry({"music": Queue("music", "mediamill_media.music", Manifest.model_validate(facts))})


CHAIN = [Order("music.make", ("openai", "local"))]


@pytest.mark.parametrize(
    ("today", "verdict"),
    [
        (END, Verdict.FAIL),
        (END - NOTICE, Verdict.WARN),
        (END.replace(year=2026), Verdict.OK),
    ],
)
def test_a_chain_is_judged_by_how_long_its_models_last(today: date, verdict: Verdict) -> None:
    found = judge(registry(("old", END)), CHAIN, today)

    assert found.verdict is verdict
    assert bool(found.advice) == (verdict is not Verdict.OK)


def test_a_model_with_a_successor_ends_without_anybody_having_to_act() -> None:
    assert judge(registry(("old", END), ("new", None)), CHAIN, END).verdict is Verdict.OK


def test_what_no_chain_and_no_default_relies_on_may_end() -> None:
    assert judge(registry(("old", END)), [], END).verdict is Verdict.OK


@pytest.mark.parametrize("stranger", [Order("music.make", ("opnai",)), Order("music.mak", ("openai",))])
def test_an_order_of_strangers_fails_by_name(stranger: Order) -> None:
    found = judge(registry(("new", None)), [*CHAIN, stranger], END)

    assert found.verdict is Verdict.FAIL
    assert "opnai" in found.detail or "music.mak" in found.detail


@pytest.mark.parametrize(
    ("chain", "code", "verdict"), [('["openai", "local"]', 1, "fail"), ('["local"]', 0, "ok")], ids=["ended", "local"]
)
def test_the_command_ends_with_1_for_a_chain_over_openais_ended_videos(
    tmp_path: Path, chain: str, code: int, verdict: str
) -> None:
    program = [sys.executable, "-c", "from mill.cli import main; main()", "doctor", "--json"]
    env = clean_environment(MEDIAMILL_CHAINS=f'{{"video.generate": {chain}}}')

    told = subprocess.run(program, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    found = {finding["name"]: finding for finding in json.loads(told.stdout)}
    assert (told.returncode, found["models"]["verdict"]) == (code, verdict)


def test_an_order_that_an_operator_has_set_is_judged_too(database_url: str, tmp_path: Path) -> None:
    program = [sys.executable, "-c", "from mill.cli import main; main()", "doctor", "--json"]
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "INSERT INTO chains (kind, providers) VALUES (%s, %s)", ("video.generate", ["openai", "local"])
        )

    env = clean_environment(MEDIAMILL_DATABASE_URL=database_url)
    told = subprocess.run(program, cwd=tmp_path, env=env, capture_output=True, text=True, check=False)

    found = {finding["name"]: finding for finding in json.loads(told.stdout)}
    assert (told.returncode, found["models"]["verdict"]) == (1, "fail")
    assert "sora-2 ends on 2026-09-24" in found["models"]["detail"]
