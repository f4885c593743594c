"""``mill chain``."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

import typer

from mediamill_vendors.evm.deploying import Charter, deploy
from mediamill_vendors.evm.signing import TEST_CHAINS, signer_of
from mill.chain.status import Status, status_of
from mill.chain.way import way_of
from mill.cli.lazy import new_app
from mill.cli.options import AsJson, Data, Yes, examples
from mill.cli.output import confirm, facts, show
from mill.cli.worker import environment
from mill.errors import WrongUse
from mill.stack.layout import Layout

app = new_app("The chain that tokens are minted on.", no_args_is_help=True)

NOBODY = "0x" + "00" * 20
BASIS_POINTS, WHOLE = 100, 10_000
PATIENCE_S = 300.0


@app.command(epilog=examples("mill chain up", "mill chain up --json | jq -r .contract"))
def up(*, data: Data = None, as_json: AsJson = False) -> None:
    """Start the stack's own chain now rather than with the first mint, and tell what is there."""
    with way_of(environment(Layout.of(data))) as way:
        found = status_of(way)
    show(found, lambda: _tell(found), as_json=as_json)


@app.command(epilog=examples("mill chain status"))
def status(*, data: Data = None, as_json: AsJson = False) -> None:
    """Show the chain, its contract, the minting key, and what is on its way."""
    with way_of(environment(Layout.of(data))) as way:
        found = status_of(way)
    show(found, lambda: _tell(found), as_json=as_json)


@app.command(
    "deploy",
    epilog=examples(
        "mill chain deploy",
        "mill chain deploy --name 'Our films' --symbol FILM --owner 0x… --royalty 0x…:5",
    ),
)
def deploy_contract(
    *,
    name: Annotated[str, typer.Option(help="The collection's name.")] = "Mediamill",
    symbol: Annotated[str, typer.Option(help="Its short name.")] = "MILL",
    owner: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="Who may set minters and the royalty.", show_default="the minting key"),
    ] = None,
    royalty: Annotated[
        str | None, typer.Option(metavar="ADDRESS:PERCENT", help="Who gets how much of each later sale.")
    ] = None,
    anew: Annotated[
        bool, typer.Option("--anew", help="Also where there is one; new tokens go to the new one.")
    ] = False,
    yes: Yes = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Deploy the contract that tokens are minted at, once: a repeated call goes on with what was begun.

    The minting key pays. Give --owner the address of a key that is kept elsewhere: it alone sets minters and royalties.
    """
    with way_of(environment(Layout.of(data))) as way:
        signer = signer_of(way.config, way.chain.id)
        if way.chain.id not in TEST_CHAINS:
            confirm(f"Deploy on chain {way.chain.id} with the coins of {signer.address}?", yes=yes)
        charter = Charter(name, symbol, _address(owner or signer.address), signer.address, *_royalty(royalty))
        made = deploy(way.chain, way.db, signer, charter, anew=anew, patience_s=PATIENCE_S)
    told = made._asdict()
    show(told, lambda: facts(told), as_json=as_json)


def _royalty(text: str | None) -> tuple[str, int]:
    """Read who gets a royalty, and its hundredths of a percent. Raises ``WrongUse``."""
    if text is None:
        return NOBODY, 0
    whose, _, percent = text.partition(":")
    try:
        basis_points = int(Decimal(percent) * BASIS_POINTS)
    except ArithmeticError:
        basis_points = -1
    if not 0 <= basis_points <= WHOLE:
        raise WrongUse(f"{text!r} is no royalty: an address, a colon and a percentage up to 100 are.")
    return _address(whose), basis_points


def _address(text: str) -> str:
    digits = text.removeprefix("0x")
    if len(digits) != len(NOBODY) - 2 or set(digits.lower()) - set("0123456789abcdef"):
        raise WrongUse(f"{text!r} is no address: 0x and 40 digits of hex are.")
    return f"0x{digits.lower()}"


def _tell(found: Status) -> None:
    told = found.model_dump(exclude={"signer", "mints", "spent_today"})
    signer = found.signer.model_dump() if found.signer else {}
    facts({**told, **{f"signer {name}": value for name, value in signer.items()}})
    facts({f"mints {state}": number for state, number in found.mints.items()})
    facts({f"spent today by {tenant}": coins for tenant, coins in found.spent_today.items()})
