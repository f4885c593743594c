"""Rules about migrations: what may run beside old code, and what each says of itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from house.rule import rule
from house.source import Finding, Source
from house.syntax import calls, dotted, text_of

MIGRATION = re.compile(r"(\d{4})_(pre|post)_[a-z0-9_]+\.py")
FIRST_JUDGED = "0021"
"""Those before were applied by everybody long ago, and stay as they are."""

SAID = ("Lock:", "Duration:", "Way back:")
EXCEPTIONS = "DESPITE"
REASON_LETTERS = 40

UNSAFE = {
    "DROP": r"\bDROP\s+(TABLE|COLUMN|VIEW|SEQUENCE|TYPE|SCHEMA|CONSTRAINT|INDEX|TRIGGER|FUNCTION|DEFAULT|NOT\s+NULL)",
    "RENAME": r"\bRENAME\b",
    "ALTER TYPE": r"\bALTER\s+(COLUMN\s+)?\w+\s+(SET\s+DATA\s+)?TYPE\b",
    "SET NOT NULL": r"\bSET\s+NOT\s+NULL\b",
    "ADD COLUMN NOT NULL": r"\bADD\s+(COLUMN\s+)?\w+\s+(?!.*\bDEFAULT\b)[^,;]*\bNOT\s+NULL\b",
    "ADD CONSTRAINT": r"\bADD\s+CONSTRAINT\b(?!.*(\bNOT\s+VALID\b|\bUSING\s+INDEX\b))",
    "CREATE INDEX": r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)",
    "TRUNCATE": r"\bTRUNCATE\b",
    "LOCK TABLE": r"\bLOCK\s+TABLE\b",
    "REWRITE": r"\b(VACUUM\s+FULL|CLUSTER|REINDEX)\b",
    "UPDATE": r"^\s*(WITH\b.*\b)?UPDATE\b",
    "DELETE": r"\bDELETE\s+FROM\b",
}
"""What breaks code that still runs, or holds everybody up for as long as a table is large; in upper case, each with how
it is called in ``DESPITE``."""

ON_NEW_TABLES = {"ADD CONSTRAINT", "CREATE INDEX", "UPDATE", "DELETE"}
"""What is harmless on a table that the same migration makes."""

MADE = re.compile(r"CREATE\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(\w+)")
TOUCHED = re.compile(r"\b(?:ON|ALTER\s+TABLE(?:\s+ONLY)?|UPDATE|DELETE\s+FROM)\s+(?:ONLY\s+)?(\w+)")
COMMENT = re.compile(r"--[^\n]*|'(?:[^']|'')*'")


@rule
def migrations_say_when_they_run(source: Source) -> Iterator[Finding]:
    """A migration is called NNNN_pre_… (safe while old code runs) or NNNN_post_… (after the last old process)."""
    if source.is_in("migrations/versions") and not MIGRATION.fullmatch(source.path.name):
        yield Finding(source.path, 1, "is not called NNNN_pre_… or NNNN_post_…")


@rule
def migrations_say_what_they_cost(source: Source) -> Iterator[Finding]:
    """A migration's docstring tells its locks ("Lock:"), how long it takes ("Duration:") and the "Way back:"."""
    if MIGRATION.fullmatch(source.path.name):
        told = ast.get_docstring(source.tree) or ""
        if missing := [word for word in SAID if word not in told]:
            yield Finding(source.path, 1, f"does not tell {', '.join(missing)}")


@rule
def pre_migrations_only_expand(source: Source) -> Iterator[Finding]:
    """A NNNN_pre_… migration breaks no code that still runs and locks nobody out for long: it only expands.

    What contracts goes into a NNNN_post_…. What looks worse than it is, is named in ``DESPITE = {"RENAME": "why"}``.
    SQL is written out, so that it can be judged here: ``op.execute`` with a text, no other verb of ``op``, no f-string.
    """
    found = MIGRATION.fullmatch(source.path.name)
    if not found or found[2] != "pre" or found[1] < FIRST_JUDGED:
        return
    despite, upward = _despite(source.tree), _upward(source.tree)
    yield from (source.at(node, f"does not say why it may {name}") for name, why, node in despite if not why)
    excused = {name for name, why, _ in despite if why}
    for call in (call for part in upward for call in calls(part)):
        verb = dotted(call.func)
        if verb.startswith("op.") and verb not in {"op.execute", "op.get_context"}:
            yield source.at(call, f"calls {verb} instead of op.execute")
        if verb == "op.execute" and call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp):
            yield source.at(call, "executes a text that is put together here, which nobody can judge")
    texts = [(node, COMMENT.sub("", told)) for part in upward for node, told in _texts(part)]
    made = {name.lower() for _, told in texts for name in MADE.findall(told.upper())}
    for node, told in texts:
        for statement in told.upper().split(";"):
            for name in _unsafe(statement, made):
                if name not in excused:
                    yield source.at(node, f"{name}: {' '.join(statement.split())[:60]}")


def _unsafe(statement: str, made: set[str]) -> Iterator[str]:
    touched = TOUCHED.search(statement)
    is_new = touched is not None and touched[1].lower() in made
    for name, pattern in UNSAFE.items():
        if re.search(pattern, statement, re.DOTALL) and not (is_new and name in ON_NEW_TABLES):
            yield name


def _upward(tree: ast.Module) -> list[ast.AST]:
    """Give what takes part in the way up: all but ``downgrade``, and but the constants that only it names."""
    down = next((node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "downgrade"), None)
    up = [node for node in tree.body if node is not down]
    names = {node.id for part in up for node in ast.walk(part) if isinstance(node, ast.Name) and _is_read(node)}
    only_down = {node.id for node in ast.walk(down) if isinstance(node, ast.Name)} - names if down else set()
    return [
        part for part in up if not (_constants(part) & (only_down | {EXCEPTIONS})) and not isinstance(part, ast.Expr)
    ]


def _is_read(name: ast.Name) -> bool:
    return isinstance(name.ctx, ast.Load)


def _constants(node: ast.AST) -> set[str]:
    return (
        {target.id for target in node.targets if isinstance(target, ast.Name)}
        if isinstance(node, ast.Assign)
        else set()
    )


def _texts(part: ast.AST) -> Iterator[tuple[ast.AST, str]]:
    docstring = part.body[0] if isinstance(part, ast.FunctionDef) else None
    for node in ast.walk(part):
        told = text_of(node)
        if told is not None and not (isinstance(docstring, ast.Expr) and node is docstring.value):
            yield node, told


def _despite(tree: ast.Module) -> list[tuple[str, bool, ast.AST]]:
    """Give the exceptions that a migration names, and whether each has a reason that deserves the word."""
    for node in tree.body:
        if EXCEPTIONS in _constants(node) and isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            pairs = zip(node.value.keys, node.value.values, strict=True)
            return [(text_of(key) or "", len(text_of(why) or "") >= REASON_LETTERS, why) for key, why in pairs if key]
    return []
