"""The room of the models: what is installed."""
