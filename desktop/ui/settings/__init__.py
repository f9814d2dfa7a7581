"""The settings: a list of pages beside the page that is open."""
