"""Reads content credentials with the C2PA library, and tells what they say in our words."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import c2pa

from mediamill.provenance.claim import DIGEST, KIND, PROVIDER
from mediamill.provenance.formats import format_of
from mediamill.provenance.library import context
from mediamill.provenance.report import Credentials, Deed, Problem, Record, Signature, Source, Verdict

_MOST_RECORDS = 2000
_MOST_TEXT = 300
_ABOUT_THE_SIGNER = "signingCredential."
_ACTIONS = "c2pa.actions"


def read(path: Path, media_type: str, roots: str) -> Credentials:
    """Tell what the credentials of a file say and are worth to who trusts ``roots`` (PEM). Raises ``OSError``.

    In the process that calls it: what comes from outside goes to ``apart.read_apart`` instead.
    """
    format_name = format_of(media_type)
    if format_name is None:
        return Credentials(verdict=Verdict.UNSUPPORTED, media_type=media_type)
    try:
        with path.open("rb") as file, c2pa.Reader(format_name, file, context=context(roots)) as reader:
            found = json.loads(reader.json())
    except c2pa.C2paError.ManifestNotFound:
        return Credentials(verdict=Verdict.MISSING, media_type=media_type)
    except c2pa.C2paError as error:
        problem = Problem(code="unreadable", explanation=_text(error) or type(error).__name__)
        return Credentials(verdict=Verdict.TAMPERED, media_type=media_type, problems=(problem,))
    return _told(found, media_type)


def _told(found: Mapping[str, Any], media_type: str) -> Credentials:
    failures = _failures(found.get("validation_results"))
    manifests = found.get("manifests", {})
    active = found.get("active_manifest", "")
    labels = [active, *(label for label in manifests if label != active)][:_MOST_RECORDS]
    return Credentials(
        verdict=_verdict(failures, is_trusted=found.get("validation_state") == "Trusted"),
        media_type=media_type,
        problems=tuple(
            Problem(code=_text(failure.get("code")) or "", explanation=_text(failure.get("explanation")) or "")
            for failure in failures
        ),
        history=tuple(_record(label, manifests[label]) for label in labels if label in manifests),
    )


def _verdict(failures: Iterable[Mapping[str, Any]], *, is_trusted: bool) -> Verdict:
    codes = [str(failure.get("code")) for failure in failures]
    if any(not code.startswith(_ABOUT_THE_SIGNER) for code in codes):
        return Verdict.TAMPERED
    return Verdict.TRUSTED if is_trusted and not codes else Verdict.UNTRUSTED


def _failures(results: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    active: Mapping[str, Any] = (results or {}).get("activeManifest") or {}
    failures: list[Mapping[str, Any]] = active.get("failure") or []
    return failures


def _record(label: str, manifest: Mapping[str, Any]) -> Record:
    generators = manifest.get("claim_generator_info") or [{}]
    actions = [
        action
        for assertion in manifest.get("assertions", [])
        if str(assertion.get("label")).startswith(_ACTIONS)
        for action in (assertion.get("data") or {}).get("actions", [])
    ]
    return Record(
        id=_text(label) or "",
        title=_text(manifest.get("title")),
        generator=_text(" ".join(filter(None, [generators[0].get("name"), generators[0].get("version")]))),
        signature=_signature(manifest.get("signature_info")),
        deeds=tuple(map(_deed, actions)),
        sources=tuple(map(_source, manifest.get("ingredients", []))),
    )


def _signature(info: Mapping[str, Any] | None) -> Signature | None:
    if not info:
        return None
    return Signature(
        issuer=_text(info.get("issuer")),
        name=_text(info.get("common_name")),
        algorithm=_text(info.get("alg")),
        time=_text(info.get("time")),
    )


def _deed(action: Mapping[str, Any]) -> Deed:
    parameters = action.get("parameters") or {}
    agent = action.get("softwareAgent")
    source_type = _text(action.get("digitalSourceType"))
    return Deed(
        action=_text(action.get("action")) or "",
        source_type=source_type.rpartition("/")[2] if source_type else None,
        agent=_text(agent.get("name") if isinstance(agent, dict) else agent),
        kind=_text(parameters.get(KIND)),
        provider=_text(parameters.get(PROVIDER)),
    )


def _source(ingredient: Mapping[str, Any]) -> Source:
    label = _text(ingredient.get("active_manifest"))
    instance = _text(ingredient.get("instance_id")) or ""
    failures = _failures(ingredient.get("validation_results"))
    return Source(
        title=_text(ingredient.get("title")) or "",
        media_type=_text(ingredient.get("format")) or "",
        relationship=_text(ingredient.get("relationship")) or "",
        sha256=instance.removeprefix(DIGEST) if instance.startswith(DIGEST) else None,
        verdict=_verdict(failures, is_trusted=True) if label else Verdict.MISSING,
        record=label,
    )


def _text(value: object) -> str | None:
    """Give a text that anybody may have written as one that can be shown on any terminal."""
    if value is None or value == "":
        return None
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in str(value)[:_MOST_TEXT])
