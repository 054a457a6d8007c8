"""The house's guests and their folios, and the door through which the restaurant reaches them.

Files: `gateway` (what every property system offers), `rules` (pure), `tables` and `migrations`
(rows), `property` (the embedded system), `embedded` (the gateway over it), `faulty` (a gateway
that misbehaves on purpose), `reception` (the desk), `loading` (rooms and guests to start with).
Never imports `front_office` or `back_office`.
"""
