"""The least that a principal can be granted, worked out from what it used. Pure, but for what AWS has (`reference`)."""
