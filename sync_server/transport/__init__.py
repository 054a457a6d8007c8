"""Sockets around the server's end of the conversation.

`authority` what the brain behind must offer · `server` connections, limits, time-outs · `hub` one
encoding of new events for all · `enrolment` one-time codes · `certificate` the site's own TLS ·
`websocket` the real link. Rules of who says what stand in `sync_server.protocol`.
"""
