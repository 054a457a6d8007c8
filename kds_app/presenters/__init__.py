"""What the kitchen's screens show and what a tap means; plain Python, no Kivy."""
