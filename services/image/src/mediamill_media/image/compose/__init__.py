"""From a scene to layers of SVG, back to front."""
