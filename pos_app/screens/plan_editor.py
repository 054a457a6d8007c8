"""The plan of a hall, drawn by its manager.

Layout in `plan_editor.kv`, meaning in `presenters/plan_editor.py`.
"""

from kivy.properties import ObjectProperty

from pos_app.presenters.plan_view import PlanView
from pos_app.screens.screen import Screen, load_kv


class PlanEditorScreen(Screen):
    """Draws a `PlanView`."""

    vm = ObjectProperty(PlanView(), rebind=True)


load_kv(__file__)
