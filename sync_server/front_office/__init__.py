"""The live service: one authority that decides every command and keeps the one ordered journal.

`office` is the authority the sockets talk to, `bus` takes commands and commits them in groups,
`group` decides a group, `journal` stores it in one transaction, `live` is what is committed, in
memory, `pages` are older records for those who catch up, `tables` are the rows, `access` signs
people in, `asks` answers questions, `watch` looks at the kitchen's clock. Rules are in
`sync_server.domain`. The back office hears of all this by its intake only.
"""
