"""The venue's server, and the rules and protocol that its terminals share.

This file imports nothing, so that a terminal may import `sync_server.domain`,
`sync_server.protocol` and `sync_server.client` without SQLAlchemy being installed.
"""
