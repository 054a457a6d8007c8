"""What each screen shows and what each tap means, without Kivy: view-models out, intents in."""
