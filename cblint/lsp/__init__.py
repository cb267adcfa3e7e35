"""The language server: findings while typing, and what there is to know at a cursor."""
