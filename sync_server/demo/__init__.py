"""The demo venue: a hotel restaurant with a bar, as files that a person can edit.

`venue/` holds the files and is the truth; `venue.py` reads and checks them, `catalogue.py` makes
the domain's catalogue of them, `generate.py` made the guests and the opening stock from a seed.
The README beside this file says what is in the house, and the demo's PINs and passwords.
"""
