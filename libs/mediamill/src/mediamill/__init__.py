"""Mediamill's engine.

The words, used everywhere and with no synonyms:

- **tenant**: who owns jobs, assets, keys, quota and cost.
- **kind**: what a job does, e.g. ``image.generate``; its prefix is the **queue**.
- **job**: one accepted request of one kind, with input, state, output, cost.
- **handler**: the plain function that runs a kind.
- **step**: one journaled side effect of a job; recorded once, it never runs again.
- **effect**: a step that costs money or cannot be undone.
- **park / wake**: give the slot back while waiting / return to the line.
- **delivery**: the number of a hand-over of a job to a worker; every write is fenced by it.
- **lease**: a worker's right to a job; it ends with the worker's database session or its time-out.
- **event**: one status fact, numbered per job, written with the change that it tells.
- **asset**: immutable bytes named by their SHA-256.
- **provider**: an adapter that turns a request into media.
- **link / chain**: a provider's way to serve a kind / all of them, in the order in which they are asked.
- **turn**: the choice of a link for a job, which is a step of it.
- **prediction**: a provider's own remote job.
- **flow**: a handler that only runs child jobs.
"""
