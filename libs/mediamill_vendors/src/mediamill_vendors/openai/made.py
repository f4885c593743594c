"""What direct calls give, and what they used: small enough for a journal, but for the bytes of media."""

from __future__ import annotations

from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict

from mediamill.errors import Moderated, Permanent


class Message(NamedTuple):
    """A turn of a conversation."""

    role: Literal["system", "user", "assistant"]
    text: str


class Said(BaseModel):
    """What a model answered; it is billed also when it is of no use, which ``words`` finds out afterwards."""

    model_config = ConfigDict(frozen=True)

    text: str
    refusal: str | None = None
    """Why the model did not want to, or the filter did not let it."""
    is_cut: bool = False
    """The model was not done when its tokens were."""
    tokens_in: int = 0
    tokens_out: int = 0

    def words(self) -> str:
        """Give the text. Raises ``Moderated`` for a refusal, ``Permanent`` for half an answer."""
        if self.refusal is not None:
            raise Moderated(self.refusal)
        if self.is_cut:
            raise Permanent(f"The model stopped after {self.tokens_out} tokens, before its answer was whole.")
        return self.text


class Drawn(BaseModel):
    """Pictures. Their bytes belong into the store, not into a journal."""

    model_config = ConfigDict(frozen=True)

    files: tuple[bytes, ...]
    tokens_in: int = 0
    tokens_out: int = 0


class Spoken(BaseModel):
    """Speech. Its bytes belong into the store, not into a journal."""

    model_config = ConfigDict(frozen=True)

    content: bytes
    media_type: str
    characters: int
    """How many were said, which is what speech is billed by."""


class TimedWord(BaseModel):
    """A word that was heard, from when to when, in seconds."""

    model_config = ConfigDict(frozen=True)

    text: str
    start_s: float
    end_s: float


class Written(BaseModel):
    """What was said in a recording."""

    model_config = ConfigDict(frozen=True)

    text: str
    language: str | None = None
    """Its English name or its code, if the model tells it."""
    words: tuple[TimedWord, ...] = ()
    """Empty where the model does not tell times."""
