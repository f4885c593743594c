"""The systems that Mediamill replaces: their routes, tables and flows, a folder each.

A product's folder holds ``contract`` (the kinds of its flow), ``flow`` (their handlers), ``schemas`` (what its frontend
sends and reads), ``model`` and ``queries`` (its tables), ``routes`` (its part of the gateway). It is found by its entry
point ``mediamill.products``. ``filming`` is no product: it is what several flows make films with.
"""
