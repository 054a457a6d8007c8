"""The store: one writer per database, engines and settings, migrations, backups.

Knows no table of its own. `database.py` is the door; README.md holds the decisions.
"""
