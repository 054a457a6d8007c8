"""A whole evening of the demo venue, played by virtual staff through the doors that devices use.

`plan` says who comes, what they order and how they pay (drawn from a seed, decided beforehand);
`clock` is the evening's own time; `posts` are the terminals and displays; `visits`, `bills`,
`drawers` and `cooks` are what people do there; `playing` puts it together and counts. It asserts
nothing: refusals are counted, and what real people do in between is taken as it is.
"""
