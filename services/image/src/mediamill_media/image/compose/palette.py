"""The light of a scene: seven colours by time of day, moved by weather, season and place."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from mediamill_media.image.art.colors import brightness, mix
from mediamill_media.image.art.ink import Light

if TYPE_CHECKING:
    from mediamill_media.image.prompt.scene import Scene


class Palette(NamedTuple):
    """Sky from top to horizon, the far land, the ground, the light's and the water's colour, and leaves."""

    top: str
    mid: str
    horizon: str
    far: str
    ground: str
    light: str
    water: str
    leaf: str
    dim: float
    """How much the cast is dimmed towards ``tint``."""
    tint: str

    @property
    def dark(self) -> bool:
        """Tell whether windows are lit and stars are out."""
        return self.dim > 0.16 and brightness(self.top) < 0.4

    def away(self, color: str, distance: float) -> str:
        """Give a colour as seen through ``distance`` (0 to 1) of air."""
        return mix(color, mix(self.horizon, self.mid, 0.3), distance)

    def cast_light(self) -> Light:
        """Give the light that falls on the cast."""
        lit = "#ffd26b" if self.dim > 0.1 else "#c3e8f5"
        return Light(tint=self.tint, amount=self.dim, lit=lit, glow="#ffe9a8")


BY_TIME = {
    "day": Palette(
        "#4a9fe8", "#8fcdf6", "#fdf1d6", "#8fb6d8", "#74bb5c", "#fff4c8", "#4199d0", "#55a556", 0.03, "#8cc8f4"
    ),
    "dawn": Palette(
        "#7396dd", "#e8b4c8", "#ffe6bf", "#a99bcb", "#86b673", "#fff0cf", "#8aa9d2", "#5f9c74", 0.08, "#e8b0a8"
    ),
    "sunset": Palette(
        "#3f2d72", "#dc5f7c", "#ffc57c", "#92608f", "#7c6a72", "#ffe0a0", "#8a5585", "#5f6d5c", 0.15, "#a04a78"
    ),
    "night": Palette(
        "#0b1136", "#1f2d6c", "#4d60a8", "#2c3874", "#294a5c", "#eaf0ff", "#1d3069", "#24514f", 0.26, "#233a86"
    ),
}

GROUNDS = {
    "sand": {"day": "#f0d59c", "dawn": "#ecc8a4", "sunset": "#c98a6c", "night": "#56598c"},
    "snow": {"day": "#f2f7fd", "dawn": "#f3e3ec", "sunset": "#d5a9c0", "night": "#8093cc"},
    "stone": {"day": "#c3bccb", "dawn": "#bdb0c4", "sunset": "#83688a", "night": "#3d4272"},
    "moon": {"day": "#b9b6c8", "dawn": "#b9b0c6", "sunset": "#9a86a6", "night": "#8f93ba"},
    "sea": {"day": "#f3dca8", "dawn": "#f0d4b4", "sunset": "#d69a72", "night": "#5d6296"},
}
_GROUND_OF = {
    "desert": "sand", "beach": "sea", "sea": "sea", "street": "stone", "city": "stone", "moon": "moon", "snow": "snow",
    "cave": "stone", "space": "moon",
}  # fmt: skip
_LEAVES = {"autumn": "#d9813f", "spring": "#f2a7bd"}


def palette_of(scene: Scene) -> Palette:
    """Give the palette of a scene."""
    palette = BY_TIME[scene.time]
    kind = "snow" if scene.snowy and scene.place not in {"beach", "sea", "desert"} else _GROUND_OF.get(scene.place)
    if kind:
        palette = palette._replace(ground=GROUNDS[kind][scene.time])
    if scene.snowy:
        palette = palette._replace(leaf=mix(palette.leaf, "#dce8f4", 0.5), far=mix(palette.far, "#e4eefa", 0.4))
    elif scene.season in _LEAVES:
        palette = palette._replace(leaf=mix(_LEAVES[scene.season], palette.tint, palette.dim + 0.05))
    palette = _by_place(_in_weather(palette, scene), scene)
    for color in scene.colors[:1]:
        palette = palette._replace(mid=mix(palette.mid, color, 0.35), far=mix(palette.far, color, 0.3))
    return palette


def _by_place(palette: Palette, scene: Scene) -> Palette:
    if scene.place in {"space", "moon"}:
        return palette._replace(
            top="#0a0d2c", mid="#2a1f5e", horizon="#5b3b8c", light="#e9edff", far="#4a4682", dim=0.1, tint="#3d3f96"
        )
    if scene.place == "underwater":
        deep = {"day": ("#8fe3ea", "#2fa3cc", "#145c96"), "night": ("#2c5f9e", "#17407c", "#0b1f4e")}
        top, mid, low = deep["night" if scene.time == "night" else "day"]
        return palette._replace(
            top=top, mid=mid, horizon=low, far="#1f6fa6", ground="#e0cf9e", light="#e8fff8", dim=0.14, tint="#2a86b4"
        )
    if scene.place == "cave":
        return palette._replace(
            top="#231d3f", mid="#3b3160", horizon="#6d5a92", far="#4a3f72", ground="#5d5280", dim=0.16
        )
    return palette


def _in_weather(palette: Palette, scene: Scene) -> Palette:
    if scene.weather == "storm":
        gray = "#46506e" if scene.time != "night" else "#1a2145"
        return _toward(palette, gray, 0.62)._replace(dim=max(palette.dim, 0.16), tint="#3f4a6e")
    if scene.weather in {"rain", "cloudy"}:
        gray = "#8b9bb3" if scene.time != "night" else "#232c56"
        return _toward(palette, gray, 0.5)._replace(dim=max(palette.dim, 0.1))
    if scene.weather == "fog":
        pale = "#d9e0e6" if scene.time != "night" else "#4a578a"
        return _toward(palette, pale, 0.5)
    return palette


def _toward(palette: Palette, color: str, amount: float) -> Palette:
    """Move the sky a lot and the land a little towards a colour."""
    land = amount * 0.5
    return palette._replace(
        top=mix(palette.top, color, amount),
        mid=mix(palette.mid, color, amount),
        horizon=mix(palette.horizon, color, amount * 0.75),
        far=mix(palette.far, color, amount * 0.8),
        ground=mix(palette.ground, color, land),
        water=mix(palette.water, color, land),
        leaf=mix(palette.leaf, color, land),
    )
