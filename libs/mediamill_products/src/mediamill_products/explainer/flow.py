"""How an explainer is made: fetched, told, read aloud, drawn, cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from mediamill.contracts import Answer
from mediamill.handlers.context import Call, Context
from mediamill.handlers.handler import handler
from mediamill_products.explainer.contract import Explain, Explained, Told
from mediamill_products.explainer.cut import Reel, Shown, Tag, timeline
from mediamill_products.explainer.script import Article, Scene, Summary, drawing, scenes_of, tag
from mediamill_products.filming.reads import Film, Made, Pictures, Speech, read
from mediamill_products.filming.storyboard import Shot, storyboard

STAGES = 6


@handler(Explain)
def explain(ctx: Context, ask: Explain) -> Explained:
    """Fetch the article, choose what to tell of it, read it aloud, draw it, move what moves, and cut it together."""
    ctx.progress(0, STAGES, "Fetching the article")
    article = read(ctx.run("text.article", {"pubmed_id": ask.pubmed_id}), Article)

    ctx.progress(1, STAGES, "Choosing what to tell")
    summary = read(ctx.run("text.summary", _summary(article, ask)), Summary)
    scenes = scenes_of(article, summary)

    ctx.progress(2, STAGES, f"Reading {len(scenes)} scenes aloud")
    speeches = [read(answer, Speech) for answer in ctx.gather(*[_speech(scene, ask) for scene in scenes])]
    shots = storyboard([speech.duration_s for speech in speeches], ask.fps)

    ctx.progress(3, STAGES, f"Drawing {len(scenes)} pictures")
    asked, box = tag(article.citation, ask.size)
    drawn = ctx.gather(*[_picture(s, ask) for s in scenes], Call("image.chart", asked), *_music(ask, shots))
    pictures = [_pictured(scene, answer) for scene, answer in zip(scenes, drawn, strict=False)]
    source = read(drawn[len(scenes)], Made).id_of("image")
    music = None if ask.music == "off" else read(drawn[-1], Made).id_of("music")

    ctx.progress(4, STAGES, "Moving the illustrations")
    moved = ctx.gather(*[_clip(one, shot, ask) for one, shot in zip(pictures, shots, strict=True) if one.layers])
    clips = iter(read(answer, Made).id_of("clip") for answer in moved)
    shown = [Shown(next(clips)) if one.layers else Shown(one.image, one.stage) for one in pictures]

    ctx.progress(5, STAGES, "Cutting the film")
    reel = Reel(list(zip(shots, speeches, strict=True)), shown, Tag(source, box), music)
    declared = timeline(reel, ask.size, ask.fps, captions=ask.captions == "burned")
    film = read(ctx.run("merge.timeline", {"timeline": declared}), Film)
    return Explained(
        title=article.citation.title,
        citation=article.citation.full,
        url=article.citation.url,
        duration_s=film.duration_s,
        lufs=film.lufs,
        assets=film.assets,
        scenes=_told(scenes, shots, pictures),
    )


class _Pictured(NamedTuple):
    """A scene's picture; one with ``layers`` is an illustration, which moves."""

    image: str
    stage: str | None = None
    layers: str | None = None


def _pictured(scene: Scene, answer: Answer) -> _Pictured:
    if scene.drawing is None:
        (picture,) = read(answer, Pictures).pictures
        return _Pictured(picture.image, layers=picture.layers or picture.image)
    made = {asset.role: asset.id for asset in read(answer, Made).assets}
    return _Pictured(made["image"], made.get("stage"))


def _summary(article: Article, ask: Explain) -> dict[str, Any]:
    passages = [passage.model_dump() for passage in article.passages]
    return {"title": article.citation.title[:1000], "passages": passages, "sections": ask.sections}


def _speech(scene: Scene, ask: Explain) -> Call:
    return Call("audio.speech", {"text": scene.narration, "voice": ask.voice, "speed": ask.speed})


def _picture(scene: Scene, ask: Explain) -> Call:
    if scene.drawing is not None:
        return Call("image.chart", drawing(scene, ask))
    return Call("image.generate", {"prompt": scene.prompt, "size": ask.size, "style": "flat"})


def _music(ask: Explain, shots: Sequence[Shot]) -> list[Call]:
    if ask.music == "off":
        return []
    return [Call("audio.music", {"mood": ask.music, "seconds": round(shots[-1].end_s, 3)})]


def _clip(one: _Pictured, shot: Shot, ask: Explain) -> Call:
    flat = one.layers == one.image
    made = {"image": one.image, "layers": None if flat else one.layers, "seconds": shot.length_s}
    return Call("video.generate", {**made, "size": ask.size, "fps": ask.fps, "motion": "zoom_in"})


def _told(scenes: Sequence[Scene], shots: Sequence[Shot], pictures: Sequence[_Pictured]) -> tuple[Told, ...]:
    return tuple(
        Told(
            heading=scene.heading,
            narration=scene.narration,
            source=scene.source,
            charted=scene.charted,
            start_s=shot.start_s,
            seconds=shot.length_s,
            picture=one.image,
        )
        for scene, shot, one in zip(scenes, shots, pictures, strict=True)
    )
