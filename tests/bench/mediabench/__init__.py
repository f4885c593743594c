"""Our renderer beside MoviePy and the plain ffmpeg graphs, on the same inputs, in one run: `make bench-media`."""
