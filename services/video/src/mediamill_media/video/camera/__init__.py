"""Where the camera is at every moment, and what it sees."""
