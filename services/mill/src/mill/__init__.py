"""The mill command and the one-machine stack."""
