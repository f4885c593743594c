"""The gallery: the briefs of a folder as films, on one page."""
