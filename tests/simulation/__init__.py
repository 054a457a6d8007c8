"""The real code of server, terminals and displays in one seeded world with virtual time."""
