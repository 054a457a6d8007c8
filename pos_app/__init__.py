"""The terminal of waiter, bartender, cashier and hall manager.

`presenters` say what a screen shows and what a tap means, without Kivy; `screens` draw it with
`widgets`; `desk` is what presenters know of the venue; `bridge` and `app` join the two.
"""
