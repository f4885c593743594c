"""Can tokens be minted: is the node there, is the contract ours, may the key mint, and has it coins."""

from __future__ import annotations

import importlib
import os
from typing import TYPE_CHECKING, Any

from mill.cli.worker import environment
from mill.doctor.finding import Finding, fail, ok, warn
from mill.errors import MillError
from mill.stack.environment import RPC_URL
from mill.stack.errors import NotRunning
from mill.stack.layout import Layout

if TYPE_CHECKING:
    from mill.chain.status import SignerStatus, Status

FEW, TOO_FEW = 100, 10
"""For how many mints coins must last."""
_DEPLOY = "Run 'mill chain deploy', or name one in MEDIAMILL_EVM_CONTRACT."


def chain(layout: Layout) -> Finding:
    """Is the chain that the settings name fit to be minted on; the stack's own is left asleep."""
    if not os.environ.get(RPC_URL):
        return ok("chain", "the stack's own, which starts with the first mint")
    try:
        env = environment(layout)
    except NotRunning:
        return warn("chain", "not looked at: there is no database", "Start the stack, or set MEDIAMILL_DATABASE_URL.")
    way: Any = importlib.import_module("mill.chain.way")  # what signs is loaded only where there is something to ask
    look: Any = importlib.import_module("mill.chain.status")
    try:
        with way.way_of(env) as found:
            return judge(look.status_of(found))
    except MillError as error:
        return fail("chain", str(error), f"See to the node that {RPC_URL} names.")


def judge(status: Status) -> Finding:
    """Judge what a chain and the book of mints say."""
    told = f"chain {status.chain_id}, block {status.block}, {status.mints['minted']} minted"
    if status.contract is None:
        return fail("chain", f"{told}, no contract", _DEPLOY)
    if not status.is_ours:
        return fail("chain", f"{told}; at {status.contract} is another contract than ours", _DEPLOY)
    if status.signer is None:
        return warn("chain", f"{told}, no minting key here", f"{status.problem} Workers of the queue need one.")
    return _of_key(status.signer, told)


def _of_key(signer: SignerStatus, told: str) -> Finding:
    if signer.sent > signer.signed:
        advice = "Nothing more is signed with it: use a key of this installation's own."
        return fail("chain", f"{told}; somebody else signs with {signer.address}, too", advice)
    if not signer.may_mint:
        return fail("chain", f"{told}; {signer.address} may not mint", "The contract's owner must call setMinter.")
    if signer.lasts_for < FEW:
        few = f"{told}; the coins of {signer.address} last for {signer.lasts_for} mints"
        return (fail if signer.lasts_for < TOO_FEW else warn)("chain", few, "Send it coins.")
    return ok("chain", f"{told}, coins for {signer.lasts_for} more")
