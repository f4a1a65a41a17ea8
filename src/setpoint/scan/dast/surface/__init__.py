"""What a target offers, from its documents, its agents and its pages.

The wiring puts a `Surface` together in this order (each function is in the module of the same story):

- `document.read_document(path, base)`: of an OpenAPI or Swagger file; sends nothing.
- `document.fetch_document(url, base, sender)`: of one that the target itself serves.
- `lookup.with_others(surface, sender, may_send, told)`: more documents that the target mentions; a GUESS each.
- `discovery.discovered(base, sender, accounts, may_send, told)`: without a document: looked for, else crawled.
- `browser.browsed(surface, base, sender, …)`: and what pages offer once their scripts have run, where one is wanted.
- `routes.with_agents(surface, routes)`: and the routes that agents saw (`model.inside.RouteUse`).
"""
