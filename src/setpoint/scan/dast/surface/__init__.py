"""What a target offers, from its documents, its agents and its pages.

The engine puts a `Surface` together in this order (each function is in the module of the same story):

- `document.read_document(path, base)`: of an OpenAPI or Swagger file; sends nothing.
- `document.fetch_document(url, base, sender)`: of one that the target itself serves.
- `lookup.find_documents(base, sender, told)`: whatever the target serves at the usual addresses; None where nothing.
- `lookup.with_others(surface, sender, told)`: more documents that the target mentions; their operations are a GUESS.
- `crawl.crawl(base, sender, accounts, may_send, told)`: of a site without a document.
- `agents.with_agents(surface, routes)`: and the routes that agents saw (`model.inside.RouteUse`).
- `merge.merged(first, *others)`: one surface of several; what the first says of an operation stands.
"""
