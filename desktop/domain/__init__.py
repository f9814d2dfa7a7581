"""Values and rules of a conversation. Standard library only: no Qt, no database, no engine."""
