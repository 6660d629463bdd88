"""Access: rules, passwords, tokens, pages, and the guard around a whole site."""
