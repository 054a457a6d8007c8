"""What terminals and the server say to each other, without sockets, clocks or databases.

`faults` the one error of untrusted bytes · `shape` bounds of JSON · `envelope` commands and events
as stored · `codec` their bodies as domain types · `frames` what travels · `proof` device keys ·
`server_conversation` and `terminal_conversation` the rules of who says what when · `link` the pipe
that drivers work on. README.md shows every frame. Drivers: `sync_server.transport`, `.client`.
"""
