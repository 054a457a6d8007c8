"""What is due, how it is paid, how much is given.

Layout in `payment.kv`, meaning in `presenters/payment.py`.
"""

from kivy.properties import ObjectProperty

from pos_app.presenters.payment_view import PaymentView
from pos_app.screens.screen import Screen, load_kv


class PaymentScreen(Screen):
    """Draws a `PaymentView`."""

    vm = ObjectProperty(PaymentView(), rebind=True)


load_kv(__file__)
