"""The window: widgets and painters. The only importer of QtWidgets; talks to services, never to storage or engine."""
