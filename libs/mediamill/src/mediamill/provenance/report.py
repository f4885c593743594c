"""What content credentials say, in words that need no knowledge of C2PA; nothing here needs its library."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Verdict(StrEnum):
    """What a file's credentials are worth."""

    TRUSTED = "trusted"
    """They fit the bytes, and somebody whom we trust signed them."""
    UNTRUSTED = "untrusted"
    """They fit the bytes, and somebody whom we do not know signed them."""
    TAMPERED = "tampered"
    """They do not fit the bytes, or were changed themselves."""
    MISSING = "missing"
    """There are none: never put in, or taken out."""
    UNSUPPORTED = "unsupported"
    """Files of this type have no place for them."""


class Fact(BaseModel):
    """A frozen part of a report."""

    model_config = ConfigDict(frozen=True)


class Problem(Fact):
    """Something that keeps credentials from being trusted."""

    code: str = Field(description="C2PA's own, such as assertion.dataHash.mismatch")
    explanation: str


class Signature(Fact):
    """Who signed."""

    issuer: str | None = Field(description="the organisation that the certificate was issued to")
    name: str | None = Field(description="the signer's own name")
    algorithm: str | None
    time: str | None = Field(description="when, by a trusted time stamp; null without one")


class Deed(Fact):
    """Something that was done to make an asset."""

    action: str = Field(description="C2PA's own, such as c2pa.created", examples=["c2pa.created"])
    source_type: str | None = Field(
        description="IPTC's digital source type: trainedAlgorithmicMedia is what a trained model made",
        examples=["algorithmicMedia"],
    )
    agent: str | None = Field(description="the model or program that did it")
    kind: str | None = Field(description="the kind of the job that did it, for what was made by a Mediamill")
    provider: str | None = Field(description="who served that job")


class Source(Fact):
    """Something that an asset was made of."""

    title: str
    media_type: str
    relationship: str = Field(description="parentOf: it was changed; componentOf: it is inside; inputTo: it was read")
    sha256: str | None = Field(description="of its bytes, for what was made by a Mediamill")
    verdict: Verdict = Field(description="of its own credentials when the asset was made of it")
    record: str | None = Field(description="the id of its own record in the history; null without credentials")


class Record(Fact):
    """One asset's own credentials, in its file or in that of an asset which was made of it."""

    id: str
    title: str | None
    generator: str | None = Field(description="the program that wrote them")
    signature: Signature | None
    deeds: tuple[Deed, ...]
    sources: tuple[Source, ...]


class Credentials(Fact):
    """What a file's credentials say and are worth."""

    verdict: Verdict
    media_type: str
    problems: tuple[Problem, ...] = ()
    history: tuple[Record, ...] = Field((), description="the asset's own record first, then those it was made of")

    @property
    def signature(self) -> Signature | None:
        """Who signed the file itself."""
        return self.history[0].signature if self.history else None
