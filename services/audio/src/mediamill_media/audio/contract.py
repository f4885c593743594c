"""What may be asked of the audio queue, and what it answers."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, field_validator, model_validator

from mediamill.contracts import Answer, Ask, AssetId, Contract, MediaAnswer

Voice = Literal["heart", "bright", "warm", "narrator", "deep", "child"]
Mood = Literal["calm", "adventure", "mystery", "happy", "science"]
Format = Literal["wav", "mp3", "flac", "opus"]

LONGEST_WORD = 120
LONGEST_MIX_S = 1800.0

Seconds = Annotated[float, Field(ge=0)]


class Word(Contract):
    """A word of the spoken text, as written, and when it is heard."""

    text: str = Field(description="The word exactly as it stands in the text, punctuation included.")
    start_s: Seconds = Field(description="Seconds from the start of the sound to the word's first phoneme.")
    end_s: Seconds = Field(description="Seconds from the start of the sound to the end of the word's last phoneme.")


class Phoneme(Contract):
    """A phoneme and when it is heard."""

    symbol: str = Field(description="IPA, with capitals for diphthongs as in the misaki alphabet; no stress marks.")
    start_s: Seconds = Field(description="Seconds from the start of the sound.")
    end_s: Seconds = Field(description="Seconds from the start of the sound.")


class Speech(Ask):
    """Read a text aloud in English."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"text": "Once upon a time, a little fox found a lantern.", "voice": "narrator"},
                {"text": "Vitamin D lowered the risk by 12%.", "voice": "deep", "speed": 1.1, "format": "mp3"},
            ]
        }
    )

    text: str = Field(
        min_length=1, max_length=5000, description="English text; a blank line between paragraphs makes a longer pause."
    )
    voice: Voice = Field(
        default="heart",
        description="heart: natural woman; bright: higher, livelier; warm: lower, softer; narrator: lower and slower;"
        " deep: like a man's; child: like a child's.",
    )
    speed: float = Field(default=1.0, ge=0.5, le=2.0, description="1.0 is the voice's own pace, 2.0 is twice as fast.")
    format: Format = Field(default="wav", description="File format of the result; wav is 48 kHz, 16 bit, mono.")
    timings: Literal["words", "phonemes"] = Field(
        default="words", description="'phonemes' adds the time of every phoneme to the answer, for lip-sync."
    )

    @field_validator("text")
    @classmethod
    def _can_be_read(cls, text: str) -> str:
        """Refuse a text without words, and words that no voice can read in one breath."""
        words = text.split()
        if not any(character.isalnum() for character in text):
            raise ValueError("there is no word in the text")
        longest = max(words, key=len)
        if len(longest) > LONGEST_WORD:
            raise ValueError(
                f"the word {longest[:20]!r}… has {len(longest)} characters; at most {LONGEST_WORD} are read"
            )
        return text

    def units(self) -> Decimal:
        """Count thousands of characters."""
        return Decimal(len(self.text)) / 1000


class Spoken(MediaAnswer):
    """Speech, in the role ``speech``, and when each word is heard."""

    words: tuple[Word, ...] = Field(description="The text's words, split at whitespace, in order, with their times.")
    phonemes: tuple[Phoneme, ...] = Field(default=(), description="Filled when 'timings' was 'phonemes'.")
    duration_s: float = Field(description="Length of the sound in seconds.")
    voice: str = Field(description="The voice that speaks.")


class Music(Ask):
    """Compose and play a piece of background music."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"mood": "calm", "seconds": 30}, {"mood": "adventure", "seconds": 12.5, "seed": 7}]
        }
    )

    mood: Mood = Field(default="calm", description="Tempo, mode and instruments of the piece.")
    seconds: float = Field(default=30.0, ge=1, le=600, description="Length of the piece, kept to the millisecond.")
    seed: int | None = Field(
        default=None,
        ge=0,
        lt=2**63,
        description="Same mood, seconds and seed: same piece. Without one, the mood's first piece.",
    )
    format: Format = Field(default="wav", description="File format of the result; wav is 48 kHz, 16 bit, stereo.")


class Composed(MediaAnswer):
    """A piece of music, in the role ``music``."""

    duration_s: float = Field(description="Length of the piece in seconds.")
    mood: str = Field(description="The mood that it was composed in.")
    bpm: float = Field(description="Beats a minute.")
    key: str = Field(description="Tonic and mode, such as 'D minor'.")


class Duck(Contract):
    """Lower a track while another one is heard."""

    under: str = Field(min_length=1, max_length=80, description="Name of the track that must be understood.")
    by_db: float = Field(default=9.0, ge=0, le=40, description="How much lower, in dB.")


class Track(Contract):
    """One sound of a mix: where it starts, how loud it is, how it comes and goes."""

    name: str = Field(min_length=1, max_length=80, description="Unique in the mix; what 'duck.under' refers to.")
    asset: AssetId = Field(description="A sound, or a film whose sound is taken.")
    start_s: float = Field(default=0.0, ge=0, le=LONGEST_MIX_S, description="Where it begins in the mix, in seconds.")
    gain_db: float = Field(default=0.0, ge=-60, le=24, description="Change of level in dB.")
    fade_in_s: float = Field(default=0.0, ge=0, le=60, description="Seconds from silence to full level at its start.")
    fade_out_s: float = Field(default=0.0, ge=0, le=60, description="Seconds from full level to silence at its end.")
    loop: bool = Field(default=False, description="Repeat it to the end of the mix.")
    duck: Duck | None = Field(default=None, description="Lower it while another track is heard.")


class Mix(Ask):
    """Lay tracks over each other and bring the whole to a loudness."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "tracks": [
                        {"name": "voice", "asset": "018f0000-0000-7000-8000-000000000001", "start_s": 1},
                        {
                            "name": "music",
                            "asset": "018f0000-0000-7000-8000-000000000002",
                            "gain_db": -7,
                            "loop": True,
                            "fade_out_s": 2,
                            "duck": {"under": "voice", "by_db": 9},
                        },
                    ],
                    "seconds": 20,
                    "loudness_lufs": -16,
                }
            ]
        }
    )

    tracks: tuple[Track, ...] = Field(min_length=1, max_length=32, description="What is heard.")
    seconds: float | None = Field(
        default=None,
        ge=0.1,
        le=LONGEST_MIX_S,
        description="Length; without it, the end of the last track that does not loop.",
    )
    loudness_lufs: float = Field(default=-16.0, ge=-40, le=-5, description="Integrated loudness by ITU-R BS.1770.")
    format: Format = Field(default="wav", description="File format of the result; wav is 48 kHz, 16 bit, stereo.")

    @field_validator("tracks")
    @classmethod
    def _names_hold(cls, tracks: tuple[Track, ...]) -> tuple[Track, ...]:
        """Refuse a name given twice, a duck under nobody, and ducks that wait for each other."""
        names: dict[str, int] = {}
        for index, track in enumerate(tracks):
            if track.name in names:
                raise ValueError(
                    f"tracks.{index}.name: {track.name!r} is the name of tracks.{names[track.name]} already"
                )
            names[track.name] = index
        for index, track in enumerate(tracks):
            if track.duck is not None and track.duck.under not in names:
                raise ValueError(
                    f"tracks.{index}.duck.under: there is no track {track.duck.under!r}; there are {sorted(names)}"
                )
        under = {track.name: track.duck.under for track in tracks if track.duck is not None}
        for index, track in enumerate(tracks):
            _refuse_cycle(index, track.name, under)
        return tracks

    @model_validator(mode="after")
    def _ends_somewhere(self) -> Self:
        """Refuse a mix of loops without a length, and tracks that begin after its end."""
        if self.seconds is None:
            if all(track.loop for track in self.tracks):
                raise ValueError("seconds: needed when every track loops")
            return self
        for index, track in enumerate(self.tracks):
            if track.start_s >= self.seconds:
                raise ValueError(f"tracks.{index}.start_s: {track.start_s} is not before the end at {self.seconds}")
        return self


class Mixed(MediaAnswer):
    """A mix, in the role ``mix``, with what was measured on it after mastering."""

    duration_s: float = Field(description="Length of the mix in seconds.")
    lufs: float = Field(description="Measured integrated loudness (BS.1770); -70 for silence.")
    peak_db: float = Field(description="Measured true peak in dBTP, before a lossy encoder; -120 for silence.")


def _refuse_cycle(index: int, name: str, under: dict[str, str]) -> None:
    """Follow who ducks under whom from one track; refuse to come back to it."""
    path = [name]
    while (upper := under.get(path[-1])) is not None and upper not in path:
        path.append(upper)
    if upper == name:
        raise ValueError(f"tracks.{index}.duck.under: {' → '.join([*path, upper])} duck under each other")


class Transcribe(Ask):
    """Write down what is said in a recording."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"audio": "018f0000-0000-7000-8000-000000000001"},
                {
                    "audio": "018f0000-0000-7000-8000-000000000001",
                    "language": "en",
                    "hint": "Luna and Pip look for the lantern of Mirrormere.",
                },
            ]
        }
    )

    audio: AssetId = Field(description="A recording, or a film whose sound is taken; at most 30 minutes are heard.")
    language: str | None = Field(
        default=None, pattern=r"^[a-z]{2,3}$", description="What is spoken, such as en; without it, it is found out."
    )
    hint: str = Field(
        default="", max_length=1000, description="Names and words that are said, spelled as they are to be written."
    )


class HeardWord(Contract):
    """A word that was heard, and when."""

    text: str = Field(description="The word as it is written, punctuation included.")
    start_s: Seconds = Field(description="Seconds from the start of the recording.")
    end_s: Seconds = Field(description="Seconds from the start of the recording.")
    sureness: float | None = Field(default=None, description="How sure the ear is, 0 to 1, if it tells.")


class Sentence(Contract):
    """Words that were said in one breath."""

    text: str = Field(description="Its words.")
    start_s: Seconds = Field(description="Seconds from the start of the recording.")
    end_s: Seconds = Field(description="Seconds from the start of the recording.")


class Transcribed(Answer):
    """What was said; nothing, if nobody spoke."""

    text: str = Field(description="All of it.")
    words: tuple[HeardWord, ...] = Field(description="Its words, in order, without overlaps.")
    sentences: tuple[Sentence, ...] = Field(description="The same, as captions would show it.")
    language: str = Field(description="What is spoken, such as en.")
    duration_s: float = Field(description="Length of the recording in seconds.")
