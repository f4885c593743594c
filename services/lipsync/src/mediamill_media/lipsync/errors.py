"""What can be wrong with a face, and with what came of it."""

from __future__ import annotations

from mediamill.errors import Permanent


class NoFace(Permanent):
    """There is no face that could talk."""

    code = "no-face"


class NoSpeech(Permanent):
    """There is no speech that a face could say."""

    code = "no-speech"
