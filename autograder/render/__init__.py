"""Reports as people and programs read them: JSON, terminal text, CSV. Values in, text out."""
