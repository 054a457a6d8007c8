"""The screens of the terminal: one .kv and one thin .py each. They draw a view-model and name
intents; money, permission and state are decided by the presenters."""
