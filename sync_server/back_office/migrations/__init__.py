"""Revisions of the back office's database from the first table on, run by `store.migrations`."""
