"""From words to a scene: the lexicon, the catalog of subjects and the parser."""
