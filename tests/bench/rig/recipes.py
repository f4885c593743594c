"""Who is compared with us, and how each is run."""

from __future__ import annotations

from rig.peer import Recipe, asking, polling

_CELERY = ("--without-gossip", "--without-mingle", "-l", "WARNING")

DIY = Recipe(
    name="diy",
    module="peers.diy",
    prepare=("-m", "peers.diy"),
    worker=lambda slots: ("celery", "-A", "peers.diy:tasks", "worker", "-c", str(slots), *_CELERY),
    left="SELECT count(*) FROM generations WHERE status IN ('pending', 'in_progress')",
    learn=polling(2.0),
    holds_waits=False,
)
PROCRASTINATE = Recipe(
    name="procrastinate",
    module="peers.on_procrastinate",
    prepare=("-m", "peers.on_procrastinate", "0"),
    worker=lambda slots: ("peers.on_procrastinate", str(slots)),
    left="SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')",
    learn=polling(0.05),
    needs_broker=False,
)
DBOS = Recipe(
    name="dbos",
    module="peers.on_dbos",
    prepare=("-m", "peers.on_dbos", "0"),
    worker=lambda slots: ("peers.on_dbos", str(slots)),
    left="SELECT count(*) FROM dbos.workflow_status WHERE status IN ('ENQUEUED', 'PENDING')",
    learn=asking,
    needs_broker=False,
    usual_slots=100,  # it fills its free slots once a second, so with two it would end two jobs a second
)
CELERY = Recipe(
    name="celery",
    module="peers.bare_celery",
    worker=lambda slots: ("celery", "-A", "peers.bare_celery:tasks", "worker", "-c", str(slots), *_CELERY),
    left=None,
    learn=asking,
    holds_waits=False,
)
RECIPES = (DIY, PROCRASTINATE, DBOS, CELERY)
