"""What chance may choose from when words leave a look open, and what words mean for it."""

from __future__ import annotations

from mediamill_media.image.art.colors import NAMES

SKINS = ("#fbd9bd", "#f6c9a4", "#e8ab7e", "#c98a5c", "#a06a45", "#7a4d33")
HAIRS = ("#4a3129", "#2f2530", "#8a5535", "#c9793f", "#e8bd68", "#5c3a2a")
TOPS = ("#e2524a", "#f0903f", "#f2c14e", "#5fae6a", "#3fb0a5", "#4d92dc", "#8f6bc9", "#e87fa5")
BOTTOMS = ("#41538f", "#5a6b8c", "#6b5a4e", "#3f6f78", "#74608f")
SHOES = ("#7a4b3a", "#c8504a", "#3d4668", "#8a6a4a")
ROBOTS = ("#8ccf9f", "#7fb8e6", "#f2b45f", "#c7a8ea", "#f09a8c", "#7fd0c9")
NATURAL_HAIR = {
    NAMES["red"]: "#c4532f",
    NAMES["orange"]: "#d2703a",
    NAMES["yellow"]: "#e9c471",
    NAMES["gold"]: "#e0b25a",
    NAMES["black"]: "#2f2934",
    NAMES["brown"]: "#7b4c31",
    NAMES["gray"]: "#b7b4c2",
}
"""Hair words name other colours than paint does."""
GARMENTS = {"dress": "top", "coat": "top", "shirt": "top", "trousers": "bottom", "boots": "shoes"}
"""Which part of a person each garment colours."""
DEFAULT_WEAR = {
    "glasses": "#4a4358",
    "goggles": "#6b5a4e",
    "labcoat": "#fbf7f0",
    "crown": "#d8433f",
    "beard": "#6b4a38",
    "stethoscope": "#3b4a86",
    "tie": "#c8443a",
    "wizardhat": "#4a3fa0",
    "piratehat": "#332f3d",
    "strawhat": "#c8443a",
    "chefhat": "#fbf7f0",
    "apron": "#f6efe2",
    "spacesuit": "#f4f5f8",
    "armor": "#bcc7d3",
    "bow": "#e2524a",
    "shawl": "#b06a9a",
    "cape": "#c8443a",
    "backpack": "#c9733f",
    "safarihat": "#b98f55",
    "hardhat": "#f2b83d",
    "beret": "#c8443a",
    "mask": "#332f3d",
}
"""The colours of what roles wear."""
PERSONALITIES = {
    "curious": ("curious", "wonder", "excited", "inquisitive", "adventurous", "brave"),
    "sad": ("lonely", "melancholic", "sorrowful", "gloomy"),
    "sleepy": ("sleepy", "lazy", "drowsy"),
    "angry": ("grumpy", "fierce", "angry", "villain", "evil"),
    "laughing": ("cheerful", "playful", "funny", "joyful", "silly", "energetic"),
}
"""Which face a character makes by what words say of it."""
SIZES = {0.72: 0.86, 1.22: 1.14}
"""How the words small and large show in a character, who should stay at eye level with the others."""
