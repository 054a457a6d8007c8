"""What a terminal needs to work with the server and without it. No Kivy, no tables.

`desk` the replica and commands for screens, with `pending`, `people`, `own_notices` · `terminal`
the way to the server · `connection` the loop that keeps a link · `outbox` what is on
disk, with `salvage` for broken files · `identity` ids, keys, invitations · `link` how to reach the
server · `inbox` the bounded way to the screen. The rules of the wire are `sync_server.protocol`'s.
"""
