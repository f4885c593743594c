"""The flow of a campaign: all of its films at once, and what they share made once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mediamill.contracts import Answer, Asset
from mediamill.handlers.context import Call, Context
from mediamill.handlers.handler import handler
from mediamill_products.adcraft.calls import (
    BADGE_HEIGHT,
    badge_wanted,
    clip_wanted,
    end_card_wanted,
    music_wanted,
    product_card_wanted,
    scene_wanted,
    script_wanted,
    speech_wanted,
)
from mediamill_products.adcraft.contract import Campaign, CampaignMade, FilmMade, Format
from mediamill_products.adcraft.cut import Badge, Reel, film_wanted
from mediamill_products.adcraft.pace import Board, Lengths, boards, speed_for
from mediamill_products.adcraft.plan import END_CARD_S, shown_in
from mediamill_products.filming.once import gather_once
from mediamill_products.filming.reads import Film, Made, Picture, Pictures, Scene, Script, Speech, read

STAGES = 5


class AdScript(Script):
    """A script and the other ways to begin it."""

    openings: tuple[Scene, ...] = ()

    @property
    def hooks(self) -> tuple[Scene, ...]:
        """All ways to begin."""
        return (self.scenes[0], *self.openings)


class Cards(NamedTuple):
    """What is laid out rather than drawn, by format: end cards, and the product's pictures by their number."""

    badge: Badge
    ends: dict[Format, str]
    products: dict[tuple[Format, int], Picture]


class Voices(NamedTuple):
    """All that is said."""

    hooks: Sequence[Speech]
    scenes: Sequence[Speech]
    call: Speech

    @property
    def lengths(self) -> Lengths:
        """How long each of it lasts."""
        hooks, scenes = ([speech.duration_s for speech in said] for said in (self.hooks, self.scenes))
        return Lengths(hooks, scenes, self.call.duration_s)


class Place(NamedTuple):
    """Where a clip belongs: its format, its scene, and for the first scene which way to begin."""

    shape: Format
    scene: int
    hook: int = 0


@handler(Campaign)
def campaign(ctx: Context, ask: Campaign) -> CampaignMade:
    """Write it and lay its cards out, read and draw it, move it and score it, and cut every film of it."""
    ctx.progress(0, STAGES, "writing the script")
    script, cards = _begin(ctx, ask)

    ctx.progress(1, STAGES, f"reading {len(script.hooks) + len(script.scenes)} lines and drawing the scenes")
    voices, drawn = _read_and_draw(ctx, ask, script, cards)
    boarded = boards(voices.lengths, ask.seconds, ask.fps)

    ctx.progress(2, STAGES, f"moving {len(drawn)} pictures")
    clips, music = _move_and_score(ctx, ask, script, boarded, drawn)

    count = ask.variants * len(ask.formats)
    ctx.progress(3, STAGES, f"cutting {count} films" if count > 1 else "cutting the film")
    places = [(variant, shape) for variant in range(ask.variants) for shape in ask.formats]
    reels = [_reel(place, boarded, clips, cards, voices, music) for place in places]
    cuts = [film_wanted(ask, reel, shape) for (_, shape), reel in zip(places, reels, strict=True)]
    films = [read(answer, Film) for answer in gather_once(ctx, cuts)]
    ctx.progress(STAGES, STAGES, "done")
    return CampaignMade(
        title=script.title,
        assets=_each_once(films),
        films=tuple(_made(at, script, boarded, film) for at, film in zip(places, films, strict=True)),
        narrations=tuple(scene.narration for scene in script.scenes[1:]),
    )


def _begin(ctx: Context, ask: Campaign) -> tuple[AdScript, Cards]:
    """Have the script written, and everything laid out that does not depend on it."""
    shown = shown_in(ask)
    logo = ctx.describe(ask.brand.logo) if ask.brand.logo is not None else None
    badge = badge_wanted(ask, logo)
    wanted = [(shape, number) for shape in ask.formats for number in sorted({n for n in shown if n is not None})]
    calls = [
        Call("text.script", script_wanted(ask, len(shown))),
        badge,
        *[end_card_wanted(ask, shape) for shape in ask.formats],
        *[product_card_wanted(ask, number, shape) for shape, number in wanted],
    ]
    answers = gather_once(ctx, calls)
    images = [read(answer, Made).id_of("image") for answer in answers[1:]]
    ends, products = images[1 : 1 + len(ask.formats)], images[1 + len(ask.formats) :]
    cards = Cards(
        Badge(images[0], badge.input["size"][0] / BADGE_HEIGHT),
        dict(zip(ask.formats, ends, strict=True)),
        {at: Picture(image=image) for at, image in zip(wanted, products, strict=True)},
    )
    return read(answers[0], AdScript), cards


def _read_and_draw(ctx: Context, ask: Campaign, script: AdScript, cards: Cards) -> tuple[Voices, dict[Place, Picture]]:
    """Have every line read once, and every scene drawn once for each format that does not show the product."""
    hooks, scenes = [scene.narration for scene in script.hooks], [scene.narration for scene in script.scenes[1:]]
    words = len(" ".join([hooks[0], *scenes]).split())
    speed = speed_for(words, ask.seconds - END_CARD_S - len(script.scenes))
    lines = [*hooks, *scenes, f"{ask.brand.name}. {ask.call_to_action}"]
    shown = shown_in(ask)
    places = _places(ask, script)
    drawn = [place for place in places if shown[place.scene] is None]
    spoken = [speech_wanted(ask, line, speed) for line in lines]
    answers = gather_once(ctx, [*spoken, *[scene_wanted(ask, _scene_at(script, at), at.shape) for at in drawn]])
    said = [read(answer, Speech) for answer in answers[: len(lines)]]
    pictures = dict(zip(drawn, _pictures(answers[len(lines) :]), strict=True))
    for place in places:
        if (number := shown[place.scene]) is not None:
            pictures[place] = cards.products[place.shape, number]
    return Voices(said[: len(hooks)], said[len(hooks) : -1], said[-1]), pictures


def _places(ask: Campaign, script: AdScript) -> list[Place]:
    """Give every picture that is needed: in each format the first scene once for each way to begin, others once."""
    first = [Place(shape, 0, hook) for shape in ask.formats for hook in range(len(script.hooks))]
    return first + [Place(shape, scene) for shape in ask.formats for scene in range(1, len(script.scenes))]


def _scene_at(script: AdScript, place: Place) -> Scene:
    return script.hooks[place.hook] if place.scene == 0 else script.scenes[place.scene]


def _pictures(answers: Sequence[Answer]) -> list[Picture]:
    return [read(answer, Pictures).pictures[0] for answer in answers]


def _move_and_score(
    ctx: Context, ask: Campaign, script: AdScript, boarded: Sequence[Board], drawn: dict[Place, Picture]
) -> tuple[dict[Place, str], str | None]:
    """Have a clip made of every picture, and the music for the longest film."""
    wanted: dict[Place, Call] = {}
    for place, picture in drawn.items():
        shot = boarded[place.hook].shots[place.scene]
        wanted[place] = clip_wanted(ask, picture, shot, place.shape, place.scene)
    longest = max(board.length_s for board in boarded)
    score = [] if ask.music == "off" else [music_wanted(ask, script.mood, longest)]
    answers = gather_once(ctx, [*wanted.values(), *score])
    clips = {place: read(answer, Made).id_of("clip") for place, answer in zip(wanted, answers, strict=False)}
    return clips, read(answers[-1], Made).id_of("music") if score else None


def _reel(
    place: tuple[int, Format],
    boarded: Sequence[Board],
    clips: dict[Place, str],
    cards: Cards,
    voices: Voices,
    music: str | None,
) -> Reel:
    variant, shape = place
    board = boarded[variant]
    scenes = [clips[Place(shape, scene, variant if scene == 0 else 0)] for scene in range(len(board.shots))]
    speeches = [voices.hooks[variant], *voices.scenes]
    return Reel(board, scenes, cards.ends[shape], cards.badge, speeches, voices.call, music)


def _each_once(films: Sequence[Film]) -> tuple[Asset, ...]:
    """Give the assets of all films; one that two films share comes once."""
    return tuple({asset.id: asset for film in films for asset in film.assets}.values())


def _made(place: tuple[int, Format], script: AdScript, boarded: Sequence[Board], film: Film) -> FilmMade:
    variant, shape = place
    captions = [asset.id for asset in film.assets if asset.role == "captions"]
    return FilmMade(
        format=shape,
        variant=variant + 1,
        hook=script.hooks[variant].narration,
        film=film.id_of("film"),
        poster=film.id_of("poster"),
        captions=captions[0] if captions else None,
        duration_s=film.duration_s,
        end_card_s=boarded[variant].end.start_s,
        lufs=film.lufs,
    )
