"""The products' part of the gateway: their routes, mounted, and what they may ask of it."""
