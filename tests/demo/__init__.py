"""The demo venue: its content, and the answers to slips in its files."""
