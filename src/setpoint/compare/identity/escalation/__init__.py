"""Who can become whom, and so an administrator: a graph of principals and the hops between them. Pure."""
