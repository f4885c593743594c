"""What ``image.chart`` takes and gives."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, ConfigDict, Field, model_validator

from mediamill.contracts import Ask, Contract, MediaAnswer, Size

ChartType = Literal["icons", "bars", "change", "number", "page", "tag"]
Theme = Literal["light", "dark"]

SMALLEST, LARGEST = 32, 2048
MOST: dict[str, int] = {"icons": 4, "bars": 8, "change": 2, "number": 1, "page": 0, "tag": 0}
LEAST: dict[str, int] = {"icons": 1, "bars": 1, "change": 2, "number": 1, "page": 0, "tag": 0}


def _drawable(size: tuple[int, int]) -> tuple[int, int]:
    if min(size) < SMALLEST or max(size) > LARGEST:
        raise ValueError(f"each side must be {SMALLEST} to {LARGEST} pixels, this is {size[0]}x{size[1]}")
    return size


def _on_one_line(text: str) -> str:
    """Keep what can be seen; a chart breaks its lines itself."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _says_something(text: str) -> str:
    if not text:
        raise ValueError("there is nothing to be seen in it")
    return text


Text = Annotated[str, AfterValidator(_on_one_line)]
FullText = Annotated[Text, AfterValidator(_says_something)]


class Figure(Contract):
    """A number and what it is of."""

    label: FullText = Field(max_length=160, description="What it is of.")
    shown: FullText = Field(max_length=40, description="The number as it is written into the picture, with its unit.")
    value: float = Field(ge=0, le=1e15, description="The same as a number, by which it is drawn; a share in percent.")


class Draw(Ask):
    """Draw a chart, a page of text, or a tag to lay over a film."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "icons",
                    "heading": "What they found",
                    "title": "Good sleep",
                    "figures": [
                        {"label": "walking group", "shown": "58%", "value": 58},
                        {"label": "usual routine group", "shown": "34%", "value": 34},
                    ],
                },
                {
                    "type": "change",
                    "title": "Time to fall asleep",
                    "figures": [
                        {"label": "at baseline", "shown": "41 minutes", "value": 41},
                        {"label": "at 12 weeks", "shown": "23 minutes", "value": 23},
                    ],
                    "size": "1080x1920",
                    "theme": "dark",
                },
                {"type": "page", "heading": "Source", "title": "Evening walks and sleep", "lines": ["Marlowe I, 2024"]},
            ]
        }
    )

    type: ChartType = Field(
        description="icons: shares as people out of 100; bars: lengths from zero; change: two columns from zero, "
        "before and after; number: one, large; page: text alone; tag: a line on a strip that can be seen through."
    )
    heading: Text = Field(default="", max_length=80, description="A small line over it all.")
    title: Text = Field(default="", max_length=600, description="What it shows.")
    figures: tuple[Figure, ...] = Field(default=(), max_length=8, description="The numbers, in order.")
    lines: tuple[Text, ...] = Field(default=(), max_length=8, description="Small lines under the title of a page.")
    size: Annotated[Size, AfterValidator(_drawable)] = Field(
        default=(1280, 720), description="Width and height in pixels, 32 to 2048 a side; captions have room below."
    )
    theme: Theme = Field(default="light", description="Dark ink on light paper, or the other way round.")

    @model_validator(mode="after")
    def _can_be_drawn(self) -> Self:
        least, most = LEAST[self.type], MOST[self.type]
        if not least <= len(self.figures) <= most:
            wanted = str(most) if least == most else f"{least} to {most}"
            raise ValueError(f"{self.type} takes {wanted} figures, there are {len(self.figures)}")
        if self.type in {"page", "tag"} and not self.title:
            raise ValueError(f"a {self.type} needs a title")
        if self.lines and self.type != "page":
            raise ValueError("only a page has lines")
        for number, figure in enumerate(self.figures):
            if self.type == "icons" and figure.value > 100:
                raise ValueError(f"figures.{number}: a share is at most 100 percent, not {figure.value:g}")
        return self


class Drawn(MediaAnswer):
    """The picture, in the role ``image``, and for charts ``stage``: the same before its numbers come."""

    type: ChartType = Field(description="What was drawn.")


__all__ = ["Draw", "Drawn", "Figure"]
