"""What is said and shown in each scene of an explainer: its title, the sections, and where it is all from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from mediamill_products.explainer.contract import Explain
from mediamill_products.filming.reads import Read

LONGEST_WORD = 100
"""Beyond this no voice reads on."""
_ORIGIN = {
    "extracted": "This film tells the abstract in its own sentences. It is no medical advice.",
    "written": "This film tells the abstract in the words of a language model. It is no medical advice.",
}


class Citation(Read):
    """Where an article is from."""

    pubmed_id: str
    title: str
    authors: tuple[str, ...]
    journal: str
    year: str
    doi: str
    short: str
    full: str
    url: str


class Passage(Read):
    """A paragraph of its abstract."""

    label: str
    text: str


class Article(Read):
    """An article."""

    citation: Citation
    passages: tuple[Passage, ...]


class Figure(Read):
    """A number of a section."""

    label: str
    shown: str
    value: float


class Chart(Read):
    """The numbers of a section."""

    type: str
    title: str
    figures: tuple[Figure, ...]


class Section(Read):
    """A section of a summary."""

    heading: str
    narration: str
    source: str
    chart: Chart | None = None
    image_prompt: str


class Summary(Read):
    """A summary."""

    title: str
    sections: tuple[Section, ...]
    method: str


class Scene(NamedTuple):
    """A scene before it is made. It shows a drawing of ``image.chart``, or an illustration of a prompt."""

    heading: str
    narration: str
    source: str = ""
    drawing: dict[str, Any] | None = None
    prompt: str = ""

    @property
    def charted(self) -> tuple[str, ...]:
        """The numbers that it draws."""
        return tuple(figure["shown"] for figure in (self.drawing or {}).get("figures", ()))


def scenes_of(article: Article, summary: Summary) -> list[Scene]:
    """Give the scenes: the title, a section each, and the source."""
    cited = article.citation
    return [
        Scene("The study", _title_said(cited), drawing=_title_page(cited)),
        *(_scene(section) for section in summary.sections),
        Scene("Source", _ORIGIN[summary.method], drawing=_source_page(cited, summary.method)),
    ]


def drawing(scene: Scene, ask: Explain) -> dict[str, Any]:
    """Give what ``image.chart`` is to draw for a scene, in the film's size."""
    return {**(scene.drawing or {}), "size": ask.size, "theme": ask.theme}


def tag(cited: Citation, size: tuple[int, int]) -> tuple[dict[str, Any], dict[str, float]]:
    """Give the line that names the source while the film runs, and where it stands: above everything.

    Where it is too long for the frame its end is cut, so it begins with what finds the article.
    """
    high = max(32, round(0.05 * min(size)))
    asked = {"type": "tag", "title": f"PMID {cited.pubmed_id} · {cited.short}", "size": (round(0.86 * size[0]), high)}
    return asked, {"x": 0.07, "y": 0.025, "width": 0.86, "height": high / size[1]}


def _scene(section: Section) -> Scene:
    said = _readable(section.narration)
    if section.chart is None:
        return Scene(section.heading, said, section.source, prompt=section.image_prompt)
    chart = section.chart
    figures = [figure.model_dump() for figure in chart.figures]
    drawn = {"type": chart.type, "heading": section.heading, "title": chart.title, "figures": figures}
    return Scene(section.heading, said, section.source, drawn)


def _title_said(cited: Citation) -> str:
    title = cited.title if cited.title.endswith(("?", "!")) else f"{cited.title}."
    where = ", ".join(part for part in (cited.journal, cited.year) if part)
    return _readable(f"{title} {where}." if where else title)


def _title_page(cited: Citation) -> dict[str, Any]:
    lines = [_names(cited.authors), " · ".join(part for part in (cited.journal, cited.year) if part), _ids(cited)]
    return {
        "type": "page",
        "heading": "The study",
        "title": cited.title[:600],
        "lines": [line for line in lines if line],
    }


def _source_page(cited: Citation, method: str) -> dict[str, Any]:
    lines = [cited.full, cited.url, _ORIGIN[method]]
    return {"type": "page", "heading": "Source", "title": cited.short[:600], "lines": lines}


def _names(authors: Sequence[str]) -> str:
    return ", ".join(authors) if len(authors) <= 6 else ", ".join([*authors[:5], f"and {len(authors) - 5} others"])


def _ids(cited: Citation) -> str:
    return " · ".join(part for part in (f"PMID {cited.pubmed_id}", f"doi:{cited.doi}" if cited.doi else "") if part)


def _readable(text: str) -> str:
    return " ".join(word if len(word) <= LONGEST_WORD else f"{word[:LONGEST_WORD]}…" for word in text.split())
