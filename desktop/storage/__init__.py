"""The encrypted database. The only importer of sqlalchemy; returns domain values, never rows."""
