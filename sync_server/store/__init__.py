"""The store: one writer per database, engines and settings, migrations, backups.

Knows no table of its own. `database.py` is the door; README.md holds the decisions.

Alembic's template engine loads a highlighter of source text for its pages of errors, which nobody
here sees: five megabytes and a third of the time that Alembic takes. It does without if it finds
none, so an empty one stands in its place before Alembic comes.
"""

import sys
from types import ModuleType

_HIGHLIGHTER = "mako.ext.pygmentplugin"

sys.modules.setdefault(_HIGHLIGHTER, ModuleType(_HIGHLIGHTER))
