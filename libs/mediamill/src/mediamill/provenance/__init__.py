"""Content credentials (C2PA): what made an asset of what, signed into its bytes and read back from them.

Only ``signing``, ``reading`` and the program of this package import the C2PA library, which the extra ``credentials``
brings; everybody else comes to them by ``signer`` and ``apart``.
"""
