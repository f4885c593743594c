"""EVM chains: a node's questions, our contract, and mints that happen exactly once."""
