"""Faces: the same friendly eyes, mouths and cheeks for everything that has a face.

Each eye and mouth leaves a mark in the drawing, which shows nothing: ``render.faces`` finds there who can talk.
"""

from __future__ import annotations

from typing import NamedTuple

OPEN_MOUTH = "#8c2f3c"
"""What an open mouth shows inside."""
EXPRESSIONS = frozenset({"happy", "laughing", "surprised", "curious", "sad", "sleepy", "angry"})


class Face(NamedTuple):
    """Where a face sits: its middle between the eyes, half the distance of the eyes, and an eye's radius."""

    x: float
    y: float
    gap: float
    r: float
    mouth: float = 0.0
    """How far below the eyes the mouth is; 0 for the usual distance."""


def mark_eye(x: float, y: float, r: float) -> str:
    """Mark an open eye: one that can blink."""
    return f'<desc data-eye="{x:.1f} {y:.1f} {r:.1f}"/>'


def mark_mouth(x: float, y: float, w: float, bend: float, *, line: str = "@ink.flat", fill: str = OPEN_MOUTH) -> str:
    """Mark a mouth: its corners are ``w`` apart, and its middle lies ``bend / 2`` widths lower than they do."""
    return f'<desc data-mouth="{x:.1f} {y:.1f} {w:.1f} {bend:.2f}" data-line="{line}" data-fill="{fill}"/>'


def eye(x: float, y: float, r: float) -> str:
    """Draw one open eye with two highlights."""
    return mark_eye(x, y, r) + (
        f'<ellipse cx="{x:.1f}" cy="{y:.1f}" rx="{r * 0.92:.1f}" ry="{r * 1.14:.1f}" fill="@ink.flat"/>'
        f'<circle cx="{x - r * 0.28:.1f}" cy="{y - r * 0.4:.1f}" r="{r * 0.38:.1f}" fill="#fff"/>'
        f'<circle cx="{x + r * 0.3:.1f}" cy="{y + r * 0.42:.1f}" r="{r * 0.18:.1f}" fill="#fff" opacity=".8"/>'
    )


def _arc(x: float, y: float, r: float, bend: float) -> str:
    return (
        f'<path d="M{x - r:.1f} {y:.1f}Q{x:.1f} {y + bend:.1f} {x + r:.1f} {y:.1f}" fill="none" '
        f'stroke="@ink.flat" stroke-width="{r * 0.42:.1f}" stroke-linecap="round"/>'
    )


def eyes(face: Face, expression: str = "happy") -> str:
    """Draw both eyes: closed when sleepy, wide when surprised."""
    left, right = face.x - face.gap, face.x + face.gap
    if expression == "sleepy":
        return _arc(left, face.y, face.r, face.r * 0.9) + _arc(right, face.y, face.r, face.r * 0.9)
    if expression == "laughing":
        return _arc(left, face.y + 2, face.r, -face.r * 1.5) + _arc(right, face.y + 2, face.r, -face.r * 1.5)
    r = face.r * (1.18 if expression in {"surprised", "curious"} else 1.0)
    return eye(left, face.y, r) + eye(right, face.y, r) + _brows(face, expression)


def _brows(face: Face, expression: str) -> str:
    slant = {"angry": 0.55, "sad": -0.5}.get(expression)
    if slant is None:
        return ""
    y, r = face.y - face.r * 1.9, face.r
    parts = []
    for side in (-1, 1):
        inner, outer = face.x + side * (face.gap - r), face.x + side * (face.gap + r)
        parts.append(
            f'<path d="M{inner:.1f} {y + slant * r:.1f}L{outer:.1f} {y - slant * r:.1f}" '
            f'stroke="@ink.flat" stroke-width="{r * 0.4:.1f}" stroke-linecap="round"/>'
        )
    return "".join(parts)


def mouth(x: float, y: float, w: float, expression: str = "happy") -> str:
    """Draw a mouth of width ``w``: a smile, open when surprised or laughing, bent down when sad."""
    if expression == "surprised":
        return mark_mouth(x, y, w, 0.1) + (
            f'<ellipse cx="{x:.1f}" cy="{y + w * 0.12:.1f}" rx="{w * 0.24:.1f}" ry="{w * 0.3:.1f}" fill="@ink.flat"/>'
        )
    if expression in {"laughing", "open"}:
        return mark_mouth(x, y, w, 0.3) + (
            f'<path d="M{x - w / 2:.1f} {y - w * 0.1:.1f}H{x + w / 2:.1f}Q{x + w * 0.42:.1f} '
            f"{y + w * 0.56:.1f} {x:.1f} "
            f'{y + w * 0.56:.1f}T{x - w / 2:.1f} {y - w * 0.1:.1f}Z" fill="{OPEN_MOUTH}"/>'
            f'<ellipse cx="{x:.1f}" cy="{y + w * 0.42:.1f}" rx="{w * 0.24:.1f}" ry="{w * 0.13:.1f}" fill="#f08c8c"/>'
        )
    bend = {"sad": -0.4, "angry": -0.25, "sleepy": 0.2}.get(expression, 0.55)
    y += w * 0.15 if bend < 0 else 0
    return mark_mouth(x, y, w, bend) + (
        f'<path d="M{x - w / 2:.1f} {y:.1f}Q{x:.1f} {y + w * bend:.1f} {x + w / 2:.1f} {y:.1f}" fill="none" '
        f'stroke="@ink.flat" stroke-width="{max(w * 0.12, 2):.1f}" stroke-linecap="round"/>'
    )


def cheeks(face: Face, spread: float = 1.55) -> str:
    """Draw blushing cheeks under the eyes."""
    y, rx = face.y + face.r * 1.9, face.r * 1.15
    return "".join(
        f'<ellipse cx="{face.x + side * face.gap * spread:.1f}" cy="{y:.1f}" rx="{rx:.1f}" ry="{rx * 0.66:.1f}" '
        f'fill="@blush.flat" opacity=".42"/>'
        for side in (-1, 1)
    )


def face_on(face: Face, expression: str = "happy") -> str:
    """Draw a whole face: eyes, cheeks and mouth."""
    down = face.mouth or face.r * 2.4
    return cheeks(face) + eyes(face, expression) + mouth(face.x, face.y + down, face.gap * 0.9, expression)
