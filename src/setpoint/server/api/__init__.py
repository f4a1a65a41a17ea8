"""The operations of the API, a module for each kind of thing. Conventions, which the whole API keeps:

- An operation is added with `Routes.get`, `post` or `delete`, which ask for the scope that it needs. There is no other
  way: `create_app` refuses a route that came another one. `narrows=True` says that a caller which is bound to a
  service may call it; then all that it answers comes through `View`, which narrows it. Otherwise such callers are
  refused.
- A route takes `view: Seen`, its filters as `query` parameters, and answers with a document of `setpoint.wire`.
  Whoever calls is known before the body is read; query parameters that nobody knows are refused.
- Routes are plain functions: they block on the ledger, and run in a pool of threads. Only what waits for others is
  async.
- A list is a `Page`: `limit` (100 unless told, at most 500), `cursor` from the page before, and `next`, an address.
  The place where a page ended is its last item's key (`paging`), never a number of items.
- Errors are raised, as `setpoint.errors` or `RefusedError`; `problems` answers with `application/problem+json`.
  404 for what is not there, 409 for what does not fit now, 422 for what is wrong in itself, 503 with `Retry-After`
  for what may work later.
- A change takes an `Idempotency-Key` (`idempotency.once`), and `If-Match` where it is about one thing that is read
  elsewhere (`etags.expect_unchanged`). Every GET that answers with JSON has an ETag, without the route's doing.
- An answer that holds a secret is kept by nobody: no idempotency key, and `Cache-Control: no-store`.
"""
