"""Stock and cost: what the sales took from the shelves, what it was worth, and who may read it.

Stands apart from the front office: its own database (context `back`), and one door, `intake`,
which reads the front's journal by cursor. Pure rules are in `sync_server.domain` (`stock`,
`recipes`, `costing`); here are `tables` (rows), `cards` (recipes), `ledger` (posting), `seeding`
(the first day), `turnover` and `food_cost` (reports), `accounts` (who signs in), `web` (pages)
and `office`, which puts them together.
"""
