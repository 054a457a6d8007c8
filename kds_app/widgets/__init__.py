"""What the kitchen display is drawn with: painted widgets that are kept and get other models."""
