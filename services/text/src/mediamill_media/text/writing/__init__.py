"""Making a script: plots, own sentences, pictures and lengths."""
