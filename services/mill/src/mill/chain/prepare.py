"""``python -m mill.chain.prepare``: make a chain of one's own ready to be minted on.

It gets coins, where its node can give them away; what the book of mints says was on it; and the contract. Harmless to
repeat.
"""

from __future__ import annotations

import sys

from mediamill.errors import JobError
from mediamill.mints import contracts
from mediamill.telemetry.logs import configure_logs
from mediamill_vendors.evm.deploying import Charter, deploy
from mediamill_vendors.evm.rpc import Question
from mediamill_vendors.evm.signing import signer_of
from mediamill_vendors.evm.vendor import Evm, evm

COINS = 10_000 * 10**18
PATIENCE_S = 60.0
NOBODY = "0x" + "00" * 20


def prepare(way: Evm) -> str:
    """Make a chain ready to be minted on and give the contract's address."""
    chain = way.chain
    signer = signer_of(way.config, chain.id)
    if chain.balance(signer.address) < COINS // 2:
        chain.rpc.try_all([Question("anvil_setBalance", (signer.address, hex(COINS)))])
    restore(way, signer.address)
    charter = Charter("Mediamill", "MILL", signer.address, signer.address, NOBODY, 0)
    return deploy(chain, way.db, signer, charter, anew=False, patience_s=PATIENCE_S).address


def restore(way: Evm, signer: str) -> int:
    """Send a chain that has forgotten them the transactions that it once had, and tell how many."""
    first = way.chain.count(signer)
    forgotten = way.db.run(lambda c: contracts.sent(c, way.chain.id, signer, first))
    for raw in forgotten:
        way.chain.send(raw)
    return len(forgotten)


def main() -> int:
    """Prepare the chain of the settings."""
    configure_logs("chain")
    try:
        sys.stdout.write(prepare(evm()) + "\n")
    except JobError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
