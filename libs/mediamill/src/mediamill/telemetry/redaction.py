"""Hiding what a log must not hold: keys, passwords, signatures that open something, private keys.

It works on text, whatever wrote it, so it knows secrets by how they look and by what stands before them. What stays is
enough to tell one from another: the scheme, the host, the first letters.
"""

from __future__ import annotations

import re

HIDDEN = "***"

_NAMES = (
    "signature|sig|x-amz-signature|x-amz-credential|x-amz-security-token|x-goog-signature|x-goog-credential|token|"
    "access_token|api[-_]?key|apikey|key|secret|password|passwd|pwd"
)
_WORDS = "api[-_]?key|secret|password|passwd|private[-_]key|access[-_]token|api[-_]token"
_FORMS = (
    # postgresql://user:password@host, redis://:password@host, https://token@host
    (r"(://[^:/@\s\"']*:)[^@/\s\"']+(?=@)", r"\1"),
    (r"(://)[^:/@\s\"']{16,}(?=@)", r"\1"),
    # ...?signature=...&expires=1 : of our own assets, of S3, GCS, Azure
    (rf"(?i)([?&;](?:{_NAMES})=)[^&\s\"'#<>]+", r"\1"),
    # Authorization: Bearer ..., Key ..., Token ..., Basic ...
    (r"(?i)(\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?(?:bearer|basic|key|token)?\s*)[^\s\"',}]+", r"\1"),
    (r"(?i)(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=:-]{8,}", r"\1"),
    # "api_key": "...", password=..., webhook_secret='...'
    (rf"(?i)([\"']?\b[a-z_-]*(?:{_WORDS})[\"']?\s*[:=]\s*[\"']?)(?!\*{{3}})[^\s\"',}}&]{{3,}}", r"\1"),
    # our keys, webhook secrets, and those of the vendors by their prefixes
    (r"(\bmm_)[A-Za-z0-9_-]{6,}", r"\1"),
    (r"(\bwhsec_)[A-Za-z0-9+/=_-]{6,}", r"\1"),
    (r"(\br8_)[A-Za-z0-9]{6,}", r"\1"),
    (r"(\bsk-(?:proj-|svcacct-|ant-)?)[A-Za-z0-9_-]{12,}", r"\1"),
    (r"(\b(?:AKIA|ASIA))[A-Z0-9]{12,}", r"\1"),
    (r"()\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}:[0-9a-f]{16,}", r"\1"),
    # a vendor's way back to one purchase
    (r"(/hooks/[a-z0-9_-]+/)[A-Za-z0-9_-]{8,}", r"\1"),
    # private keys: PEM, and hex of 32 bytes after a word that says so
    (r"(?s)(-----BEGIN [A-Z ]*PRIVATE KEY-----).*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", r"\1"),
)
_PATTERNS = tuple((re.compile(pattern), f"{kept}{HIDDEN}") for pattern, kept in _FORMS)


def redact(text: str) -> str:
    """Hide passwords, keys, tokens, signatures and private keys. What was redacted before stays as it is."""
    for pattern, instead in _PATTERNS:
        text = pattern.sub(instead, text)
    return text
