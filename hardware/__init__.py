"""Drivers for printers and drawers. Knows bytes and paper, never an order; imports nothing of the
project. The map of the modules, the checklist of a driver and the decisions: README.md here."""
