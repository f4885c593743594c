"""Other people's APIs over the same jobs: each surface maps its words to ours and back, and keeps nothing itself."""
