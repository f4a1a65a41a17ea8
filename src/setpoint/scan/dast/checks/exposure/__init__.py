"""What others can trick the service into: redirects, hosts, caches, origins, webhooks, queries without bound."""
