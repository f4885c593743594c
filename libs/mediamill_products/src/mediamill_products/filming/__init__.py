"""What flows make films with: what they read of other kinds' answers, when things happen, and the cut."""
