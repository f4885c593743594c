"""Inputs as they are usual on Replicate → inputs of our kinds. What is unknown is refused by its name."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any, get_origin

from mediamill.errors import InvalidInput
from mediamill.queues.registry import Kind

ALIASES: Mapping[str, tuple[str, ...]] = {
    "num_outputs": ("n",),
    "num_images": ("n",),
    "number_of_images": ("n",),
    "duration": ("seconds",),
    "num_seconds": ("seconds",),
    "prompt": ("text", "brief"),
    "voice_id": ("voice",),
    "output_format": ("format",),
    "audio_format": ("format",),
    "mask_image": ("mask",),
    **dict.fromkeys(
        ("image", "images", "image_url", "image_input", "input_image", "input_images", "image_prompt", "start_image"),
        ("image", "images", "references"),
    ),
}
"""What else an input is called, and what it is here: the first of these that the kind has."""

TOKENS = frozenset({"max_tokens", "max_new_tokens", "max_completion_tokens"})
WORDS_A_TOKEN, MOST_WORDS = 0.75, 2000

SIZED = frozenset({"aspect_ratio", "width", "height", "resolution"})
SHORT_SIDES = {"480p": 480, "720p": 720, "1080p": 1080}
AS_IT_COMES = frozenset({"custom", "match_input_image", "auto"})
"""Aspect ratios that name none."""
_GRID = 16

KNOBS = frozenset(
    {
        *("num_inference_steps", "num_steps", "num_iterations", "steps", "scheduler", "go_fast", "megapixels"),
        *("guidance", "guidance_scale", "prompt_strength", "prompt_upsampling", "raw", "lora_scale"),
        *("disable_safety_checker", "enable_safety_checker", "safety_tolerance", "apply_watermark"),
        *("output_format", "output_quality", "temperature", "top_p", "top_k", "min_tokens"),
        *("presence_penalty", "frequency_penalty", "repetition_penalty", "length_penalty"),
    }
)
"""Inputs that tune engines which are not ours: scripts send them by habit, and nothing that is asked for changes."""

Wrong = list[tuple[list[str | int], str]]


def our_input(kind: Kind, given: Mapping[str, Any]) -> dict[str, Any]:
    """Read an input; our own names go before others. Raises ``InvalidInput`` with every name that is unknown."""
    asked = {name: value for name, value in given.items() if value is not None}
    fields = {field.alias or name: field for name, field in kind.ask.model_fields.items()}
    ours = {name: value for name, value in asked.items() if name in fields}
    others = {name: value for name, value in asked.items() if name not in fields}
    if "size" in fields and SIZED & others.keys():
        ours.setdefault("size", _size(others, fields["size"].get_default()))
    if "max_words" in fields and (tokens := TOKENS & others.keys()):
        ours.setdefault("max_words", _words(others[min(tokens)]))
    for name, value in others.items():
        field = _field(name, fields)
        if field is not None:
            ours.setdefault(field, _fitting(value, is_many=get_origin(fields[field].annotation) is tuple))
    if wrong := list(_unknown(others, fields)):
        raise InvalidInput(f"of {kind.name}: {wrong[0][1]}", errors=wrong)
    return ours


def _field(name: str, fields: Mapping[str, Any]) -> str | None:
    return next((field for field in ALIASES.get(name, ()) if field in fields), None)


def _unknown(others: Mapping[str, Any], fields: Mapping[str, Any]) -> Iterator[tuple[list[str | int], str]]:
    for name in others:
        is_size = name in SIZED and "size" in fields
        is_length = name in TOKENS and "max_words" in fields
        if not (is_size or is_length or name in KNOBS or _field(name, fields)):
            yield ["input", name], f"This model has no input {name!r}; it has: {', '.join(fields)}."


def _fitting(value: Any, *, is_many: bool) -> Any:
    """Give one where one is asked for and a list where many are."""
    if is_many:
        return value if isinstance(value, list) else [value]
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def _words(tokens: Any) -> Any:
    """Tell how many words fit into so many tokens; what is no number is for the contract to refuse."""
    if not isinstance(tokens, int | float):
        return tokens
    return max(1, min(MOST_WORDS, int(tokens * WORDS_A_TOKEN)))


def _size(others: Mapping[str, Any], usual: tuple[int, int]) -> Any:
    width, height, ratio = others.get("width"), others.get("height"), str(others.get("aspect_ratio", ""))
    if width is not None or height is not None:
        return [usual[0] if width is None else width, usual[1] if height is None else height]
    across, down = usual if not ratio or ratio in AS_IT_COMES else _ratio(ratio)
    return _scaled(across / down, others.get("resolution"), math.prod(usual))


def _scaled(ratio: float, resolution: Any, area: float) -> list[int]:
    """Give a size of a ratio: with the short side that is named, or else about as large as is usual."""
    if resolution is not None:
        if resolution not in SHORT_SIDES:
            raise _refused("resolution", f"It is one of {', '.join(SHORT_SIDES)}.")
        short = SHORT_SIDES[resolution]
        long = _on_grid(short * max(ratio, 1 / ratio), 2)
        return [long, short] if ratio >= 1 else [short, long]
    return [_on_grid(math.sqrt(area * ratio), _GRID), _on_grid(math.sqrt(area / ratio), _GRID)]


def _on_grid(side: float, grid: int) -> int:
    return max(1, round(side / grid)) * grid


def _ratio(text: str) -> tuple[int, int]:
    across, _, down = text.partition(":")
    if not all(side.isascii() and side.isdigit() and 1 <= len(side) <= 3 and int(side) for side in (across, down)):
        raise _refused("aspect_ratio", f"{text[:20]!r} is none; give two numbers, such as 16:9.")
    return int(across), int(down)


def _refused(name: str, why: str) -> InvalidInput:
    return InvalidInput(why, errors=[(["input", name], why)])
