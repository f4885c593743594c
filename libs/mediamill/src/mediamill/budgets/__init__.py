"""Money: the ledger of what was spent, the balances that stop spending in time, and what was used by day."""
