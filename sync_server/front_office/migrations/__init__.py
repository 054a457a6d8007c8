"""Steps from the first table of the front office on; see `sync_server.store.migrations`."""
