"""Assets: uploaded, described, served."""
