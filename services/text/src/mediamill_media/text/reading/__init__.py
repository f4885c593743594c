"""Understanding a brief: its blocks, sentences, people, places and tone."""
