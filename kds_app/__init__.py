"""The kitchen display: what a station has to cook, oldest first, and the pass.

`presenters` turn the venue's state into finished text and colours (no Kivy) · `widgets` paint them
· `screens` hold the layout · `desk` is the line to the server · `bridge` joins the three ·
`app` starts the window. Rule: a ticket is acknowledged only after it was drawn (reliability 2.13).
"""
