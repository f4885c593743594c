"""Child jobs that are asked for several times and made once."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mediamill.contracts import Answer
from mediamill.handlers.context import Call, Context


def gather_once(ctx: Context, calls: Sequence[Call]) -> list[Answer]:
    """Run child jobs at the same time, equal ones once, and give their answers in the order of ``calls``."""
    names = [json.dumps([call.kind, call.input], sort_keys=True, default=str) for call in calls]
    different = dict(zip(names, calls, strict=True))
    answers = dict(zip(different, ctx.gather(*different.values()), strict=True))
    return [answers[name] for name in names]
