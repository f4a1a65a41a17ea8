"""The ingest process: what agents, pipelines and webhooks tell goes into the journal, and from there into the lake."""
