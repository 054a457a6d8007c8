"""Property systems that misbehave on purpose, on real sockets: for the demo house and the tests."""
