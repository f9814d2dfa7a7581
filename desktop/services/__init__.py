"""The app's verbs as QObjects (QtCore only)."""
