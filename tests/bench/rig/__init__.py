"""The rig of the benchmarks: how systems are started side by side, measured in turn and told of."""
