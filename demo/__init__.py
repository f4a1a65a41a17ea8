"""The demo: a small production on loopback, its operator, and the loop that puts right what he does."""
