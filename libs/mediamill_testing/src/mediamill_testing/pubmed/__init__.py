"""PubMed on loopback: E-utilities with articles that were written for it (``NOTICE.md``)."""
