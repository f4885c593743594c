"""A vendor server that speaks Replicate's protocol on loopback, with a bill, and misbehaves on demand."""
