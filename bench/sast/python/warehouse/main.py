"""Puts the application together; a server is given warehouse.main:app."""

import logging

from fastapi import FastAPI

from warehouse import database
from warehouse.routers import carriers, documents, feeds, items, labels, orders, people, plans, tools


logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s")
database.prepare()
app = FastAPI(title="Warehouse", debug=True)
for module in (carriers, documents, feeds, items, labels, orders, people, plans, tools):
    app.include_router(module.router)


@app.get("/ready")
def ready():
    return {"ready": True}


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="0.0.0.0", port=8000)
