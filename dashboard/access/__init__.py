"""Access 访问控制: who is asking, and what they may do — rules only, no store, no web."""
