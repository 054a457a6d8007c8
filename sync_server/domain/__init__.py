"""The restaurant's rules, pure: standard library only, no clock, randomness, I/O or float.

Each aggregate is a pair `decide(state, command, facts)` and `evolve(state, event)`.
Kernel: ids money quantity limits rejections commands events ledger. Front: menu pricing
checks kitchen payments shifts folio staff. Back: stock recipes costing. Front and back
never import each other. `sync_server.protocol` carries these types over the wire.
"""
