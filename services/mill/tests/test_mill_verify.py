"""``mill assets verify``: each kind of file ends with an exit code of its own."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mediamill.provenance import development
from mediamill.provenance.claim import Claim
from mediamill.provenance.development import Drawn, draw
from mediamill.provenance.report import Credentials, Record, Source, Verdict
from mediamill.provenance.signer import open_signer
from mediamill.queues.manifest import Making
from mediamill.settings import Settings
from mediamill_testing.plugin import signing_by
from mediamill_testing.workshop.handlers import sound
from mill.cli.app import app
from mill.cli.verify import lines
from mill.stack.environment import brings_signer
from mill.stack.layout import Layout

WAV = "audio/wav"


@pytest.fixture
def data(tmp_path: Path, drawn: Drawn) -> Path:
    """The folder of a stack that has a signer."""
    layout = Layout.of(tmp_path / "stack")
    layout.make()
    layout.signer.mkdir()
    layout.trusted_root.write_text(drawn.root)
    return layout.data


def signed(folder: Path, drawn: Drawn, text: str = "hello") -> Path:
    signer = open_signer(Settings(**signing_by(drawn)))
    assert signer is not None
    (folder / "source.wav").write_bytes(sound(text))
    signer.sign(folder / "source.wav", folder / "signed.wav", Claim("shop.record", "local", None, Making.DRAWN, WAV))
    return folder / "signed.wav"


def verify(path: Path, data: Path, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["assets", "verify", str(path), "--data", str(data), *arguments])


def test_a_file_of_this_stack_holds_and_says_who_made_it(tmp_path: Path, data: Path, drawn: Drawn) -> None:
    told = verify(signed(tmp_path, drawn), data)

    assert told.exit_code == 0
    assert "trusted" in told.stdout.splitlines()[0]
    assert "shop.record, algorithmicMedia, by Mediamill, signed by Mediamill" in told.stdout


def test_a_changed_file_ends_with_7_and_says_so_as_json(tmp_path: Path, data: Path, drawn: Drawn) -> None:
    path = signed(tmp_path, drawn)
    path.write_bytes(path.read_bytes().replace(b"hello", b"hallo"))

    told = verify(path, data, "--json")

    assert told.exit_code == 7
    assert json.loads(told.stdout)["verdict"] == "tampered"


@pytest.mark.parametrize(("name", "content"), [("bare.wav", sound("hello")), ("text.vtt", b"WEBVTT\n")])
def test_a_file_without_credentials_ends_with_6(tmp_path: Path, data: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)

    assert verify(tmp_path / name, data).exit_code == 6


def test_a_foreign_signer_ends_with_8_unless_its_root_is_given(tmp_path: Path, data: Path) -> None:
    theirs = draw("somebody else")
    path, root = signed(tmp_path, theirs), tmp_path / "their-root.pem"
    root.write_text(theirs.root)

    assert verify(path, data).exit_code == 8
    assert verify(path, data, "--roots", str(root)).exit_code == 0


def test_roots_that_are_no_pem_are_wrong_use(tmp_path: Path, data: Path, drawn: Drawn) -> None:
    told = verify(signed(tmp_path, drawn), data, "--roots", str(tmp_path / "source.wav"))

    assert told.exit_code != 0
    assert "--roots" in str(told.exception)


def test_records_that_lead_in_a_circle_are_told_once() -> None:
    def record(name: str, of: str) -> Record:
        source = Source(
            title=of, media_type=WAV, relationship="inputTo", sha256=None, verdict=Verdict.TRUSTED, record=of
        )
        return Record(id=name, title=None, generator=name, signature=None, deeds=(), sources=(source, source))

    found = Credentials(verdict=Verdict.UNTRUSTED, media_type=WAV, history=(record("a", "b"), record("b", "a")))

    told = list(lines(Path("file"), found))

    assert [sum(line.strip() == name for line in told) for name in "ab"] == [1, 1]


def test_a_stack_draws_no_signer_where_the_user_brings_one_or_wants_none(tmp_path: Path) -> None:
    (tmp_path / "mediamill_signing_key").touch()

    assert brings_signer({"MEDIAMILL_SIGNING_KEY": "key.pem"})
    assert brings_signer({"MEDIAMILL_SECRETS_DIR": str(tmp_path)})
    assert brings_signer({"MEDIAMILL_SIGNING_KEY": ""})
    assert not brings_signer({"MEDIAMILL_SECRETS_DIR": str(tmp_path / "elsewhere")})


def test_the_signer_that_a_stack_draws_lies_where_its_programs_look(tmp_path: Path) -> None:
    layout = Layout.of(tmp_path)
    layout.make()

    development.keep(layout.signer, "stack")

    assert "BEGIN CERTIFICATE" in layout.trusted_root.read_text()
