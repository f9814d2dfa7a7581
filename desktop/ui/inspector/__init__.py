"""The second room: how the model is loaded, and what that takes."""
