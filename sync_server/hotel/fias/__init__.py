"""A link to a FIAS-compatible property system: records, conversation, socket, gateway."""
