"""What the world is told after a commit: paper and room charges, with retries and unknowns.

Rule: an effect begins as a row committed with the events that ask for it, and every step of it is
stored before it is taken. Room charges: `posting_states` (pure), `room_charges` (the worker),
`charge_text` (what is sent and stored), `guest_search` (whom to charge).
"""
