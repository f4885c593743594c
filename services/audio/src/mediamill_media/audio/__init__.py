"""Speech, music and mixes."""
