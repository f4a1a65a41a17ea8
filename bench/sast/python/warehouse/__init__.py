"""A warehouse under FastAPI: items, orders, suppliers, documents, people, carriers."""
