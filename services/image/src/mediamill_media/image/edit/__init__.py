"""Changing pictures: our own by their scene, which is drawn again, and any other as a darkroom would."""
