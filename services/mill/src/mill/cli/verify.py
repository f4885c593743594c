"""``mill assets verify``: what a file's content credentials say, and whether they hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from mediamill.assets.sniff import HEAD, sniff
from mediamill.provenance.apart import Broken, read_apart
from mediamill.provenance.identity import BadIdentity, pem, roots_of
from mediamill.provenance.report import Credentials, Problem, Record, Verdict
from mediamill.settings import Settings
from mill.cli.options import AsJson, Data, examples
from mill.cli.output import show
from mill.errors import ExitCode, WrongUse
from mill.stack.layout import Layout

EPILOG = examples(
    "mill assets verify film.mp4",
    "mill assets verify film.mp4 --json | jq -r .verdict",
    "mill assets verify theirs.jpg --roots their-root.pem",
)
CODES = {
    Verdict.TRUSTED: ExitCode.OK,
    Verdict.MISSING: ExitCode.NO_CREDENTIALS,
    Verdict.UNSUPPORTED: ExitCode.NO_CREDENTIALS,
    Verdict.TAMPERED: ExitCode.TAMPERED,
    Verdict.UNTRUSTED: ExitCode.FOREIGN_SIGNER,
}
WORDS = {
    Verdict.TRUSTED: "the credentials fit the file, and their signer is trusted",
    Verdict.UNTRUSTED: "the credentials fit the file, but nobody here knows their signer (see --roots)",
    Verdict.TAMPERED: "the file or its credentials were changed after they were signed",
    Verdict.MISSING: "there are no credentials: none were put in, or they were taken out",
    Verdict.UNSUPPORTED: "files of this type have no place for credentials",
}


def verify(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="The file.")],
    *,
    roots: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="Root certificates to trust as well, as PEM.")
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Check a file's content credentials, here and offline: who made it, of what, and whether it was changed.

    Ends with 0 when they hold and their signer is trusted (this stack's own, MEDIAMILL_TRUSTED_ROOTS, --roots), with 6
    when there are none, with 7 when the file or they were changed, with 8 when an unknown signer signed them.
    """
    with file.open("rb") as opened:
        media_type = sniff(opened.read(HEAD))
    try:
        found = read_apart(file.resolve(), media_type, trusted(Layout.of(data), roots))
    except Broken as broken:
        problem = Problem(code=broken.code, explanation=broken.detail)
        found = Credentials(verdict=Verdict.TAMPERED, media_type=media_type, problems=(problem,))
    show(found, lambda: typer.echo("\n".join(lines(file, found))), as_json=as_json)
    raise typer.Exit(CODES[found.verdict])


def trusted(layout: Layout, roots: Path | None) -> str:
    """Give the roots that are trusted, as PEM. Raises ``WrongUse`` for what is no PEM."""
    files = [str(path) for path in (layout.trusted_root, roots) if path is not None and path.exists()]
    try:
        return "\n".join([roots_of(Settings()), *(pem("--roots", name) for name in files)])
    except BadIdentity as error:
        raise WrongUse(error.detail) from None


def lines(file: Path, found: Credentials) -> Iterator[str]:
    """Give a report as lines for people: the verdict, then the file and what it was made of, each told once."""
    yield f"{file}: {found.verdict}: {WORDS[found.verdict]}"
    for problem in found.problems:
        yield f"  {problem.code}: {problem.explanation}"
    records = {record.id: record for record in found.history}
    if found.history:
        yield from _told(found.history[0], records, "  ", set())


def _told(record: Record, records: dict[str, Record], indent: str, seen: set[str]) -> Iterator[str]:
    seen.add(record.id)
    made = next((deed for deed in record.deeds if deed.source_type or deed.kind), None)
    facts = [made.kind, made.source_type, f"by {made.agent}" if made.agent else None] if made else []
    signature = record.signature
    if signature is not None:
        facts.append(f"signed by {signature.issuer or 'somebody'} ({signature.name or 'no name'})")
    yield indent + ", ".join(filter(None, facts or [record.generator or "nothing is told of it"]))
    for source in record.sources:
        yield f"{indent}  {source.relationship} {source.title} ({source.media_type}): {source.verdict}"
        if source.record in records and source.record not in seen:
            yield from _told(records[source.record], records, f"{indent}    ", seen)
