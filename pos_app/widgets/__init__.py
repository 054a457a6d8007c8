"""Painted building blocks of the terminal: they know a model and a look, never a rule."""
