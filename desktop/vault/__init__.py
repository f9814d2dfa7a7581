"""Keys: where the database key is kept. The only importer of keyring and cryptography."""
