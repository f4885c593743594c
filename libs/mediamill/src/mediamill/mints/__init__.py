"""Tokens that jobs have minted: who signed what under which nonce, and what a tenant may spend on it."""
