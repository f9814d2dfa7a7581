"""How older database files become today's. One file per step in ``versions``; a released step is never edited."""
