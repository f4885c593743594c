"""From layers of SVG to pixels, a flat picture and the layers asset."""
