"""The screen in front of locked chats."""
