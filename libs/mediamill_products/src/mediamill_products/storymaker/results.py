"""What came of a job, as the frontend shows it: every asset with its URL."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Made:
    """The output of a job, and the URLs of its assets."""

    def __init__(self, output: Mapping[str, Any]) -> None:
        self.output = output
        self._urls = {asset["id"]: asset.get("url") for asset in output.get("assets", ())}
        self._roles = {asset["role"]: asset["id"] for asset in reversed(output.get("assets", ()))}

    def url(self, asset_id: str | None) -> str | None:
        """Give the URL of an asset."""
        return None if asset_id is None else self._urls.get(asset_id)

    def in_role(self, role: str) -> str | None:
        """Give the first asset in a role."""
        return self._roles.get(role)


def script(made: Made) -> dict[str, Any]:
    """Show a script."""
    return {name: part for name, part in made.output.items() if name != "assets"}


def character(made: Made) -> dict[str, Any]:
    """Show a character; sent back as it is, it is who it was."""
    image, sheet = made.output["image"], made.in_role("sheet")
    shown = {
        "name": made.output["name"],
        "description": made.output["description"],
        "references": made.output["references"],
        "image_id": image,
        "image_url": made.url(image),
        "portrait_url": made.url(made.in_role("portrait")),
        "sheet_url": made.url(sheet),
    }
    return {"character": shown, "image_url": shown["image_url"]}


def scenes(made: Made) -> dict[str, Any]:
    """Show the pictures of scenes."""
    return {
        "scenes": [
            {
                "scene_number": scene["scene_number"],
                "image_prompt": scene["image_prompt"],
                "image_id": scene["image"],
                "image_url": made.url(scene["image"]),
                "layers_id": scene["layers"],
                "missing": scene["missing"],
            }
            for scene in made.output["scenes"]
        ]
    }


def cast(made: Made) -> dict[str, Any]:
    """Show several characters."""
    return {
        "side_characters": [
            {
                "name": one["name"],
                "description": one["description"],
                "references": [one["image"]],
                "image_id": one["image"],
                "image_url": made.url(one["image"]),
            }
            for one in made.output["characters"]
        ]
    }


def clips(made: Made) -> dict[str, Any]:
    """Show the clips of scenes."""
    return {
        "scenes": [
            {
                "scene_number": scene["scene_number"],
                "video_id": scene["clip"],
                "video_url": made.url(scene["clip"]),
                "seconds": scene["seconds"],
            }
            for scene in made.output["scenes"]
        ]
    }


def film(made: Made) -> dict[str, Any]:
    """Show the film."""
    video = made.in_role("film")
    return {
        "title": made.output["title"],
        "video_id": video,
        "video_url": made.url(video),
        "poster_url": made.url(made.in_role("poster")),
        "captions_url": made.url(made.in_role("captions")),
        "duration": made.output["duration_s"],
        "scenes": made.output["scenes"],
    }
