"""Real processes under real faults, at instants drawn from a seed, and the proof afterwards that nothing was lost."""
