"""Looks at single predictions, several at the same time, for vendors that tell of one at a time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice

from mediamill.errors import JobError
from mediamill.providers.protocol import Ended

SIDE_BY_SIDE = 8
AT_ONCE = 32
"""So many looks are waited for before what they saw is given."""


class Looking:
    """The threads in which a process looks at one vendor's predictions."""

    def __init__(self, vendor: str) -> None:
        self._threads = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix=vendor)

    def each(
        self, ids: Iterable[str], look: Callable[[str], list[Ended]], *, any_read: bool = False
    ) -> Iterator[list[Ended]]:
        """Look at each; what comes about the same time is given together.

        After an error nobody looks any further. It is raised only if nothing could be read, ``any_read`` before this.
        """
        errors, broken = list[JobError](), threading.Event()

        def looked(id: str) -> list[Ended] | None:
            if broken.is_set():
                return None
            try:
                return look(id)
            except JobError as error:
                broken.set()
                errors.append(error)
                return None

        answers = self._threads.map(looked, ids)
        while group := list(islice(answers, AT_ONCE)):
            any_read = any_read or any(answer is not None for answer in group)
            yield [end for answer in group for end in answer or ()]
        if errors and not any_read:
            raise errors[0]
