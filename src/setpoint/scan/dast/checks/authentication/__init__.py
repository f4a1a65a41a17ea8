"""How callers prove who they are: tokens, logins, sessions."""
