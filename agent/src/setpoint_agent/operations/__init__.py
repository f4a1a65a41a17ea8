"""What each route does: calls, answers, how long, and what it changed."""
