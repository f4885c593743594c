"""Vendor servers on loopback that speak the protocols of Replicate, OpenAI and fal, bill, and misbehave on demand."""
