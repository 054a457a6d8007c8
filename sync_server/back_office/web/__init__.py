"""The pages of the back office: light, dense, quiet, for accountants and owners.

`site` puts routes, sign-in and pages together; `frame` is the navigation around each page;
`turnover_page`, `food_cost_page` and `exceptions_page` turn reports into a `grid`, which the
screen (`templates`) and the spreadsheet (`spreadsheet`) show alike. `words` has the languages,
`formats` the figures. Nothing is fetched from outside the house.
"""
