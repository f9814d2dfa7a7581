"""What makes Snug something that can be installed: see RELEASE.md."""
