"""The explainer: a paper becomes a narrated film of its own sentences, its numbers and its source."""
