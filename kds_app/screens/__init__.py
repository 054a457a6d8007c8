"""The one screen of the kitchen display."""
