"""What the windows of the terminal and the kitchen display are made of: colours, letters, shapes,
touch, lists. It knows neither an order nor a ticket; `pos_app` and `kds_app` stand on it.
"""
