"""What support and administrators may do, and the operations that a careful tester never calls."""

from typing import Any

from fastapi import APIRouter, Depends, HTTPException
from tests.assets.targets.api.documents import COMMON, Limit, Me, Text, Ticket, shown
from tests.assets.targets.api.identity import Identity, need_role
from tests.assets.targets.world import Row, World


def staff_routes(world: World, identity: Identity) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["staff"], responses=COMMON)
    caller = Depends(identity.caller())

    @router.get("/support/tickets", summary="All tickets (support)")
    def tickets(user: Row = caller) -> list[Ticket]:
        if not world.faulty("api.bfla.support-tickets"):
            need_role(user, "support", "admin")
        return [Ticket(**shown(Ticket, row)) for row in world.database.rows("SELECT * FROM tickets")]

    @router.get("/support/tickets/{ticket_id}", summary="One ticket (support)")
    def ticket(ticket_id: int, user: Row = caller) -> Ticket:
        need_role(user, "support", "admin")
        found = world.database.one("SELECT * FROM tickets WHERE id = ?", (ticket_id,))
        if found is None:
            raise HTTPException(404, "not found")
        return Ticket(**shown(Ticket, found))

    @router.get("/admin/users", summary="All users (administrators)")
    def users(user: Row = caller) -> list[Me]:
        if not world.faulty("api.bfla.admin-users"):
            need_role(user, "admin")
        return [Me(**shown(Me, row)) for row in world.database.rows("SELECT * FROM users")]

    @router.put("/admin/users/{user_id}/credit-limit", summary="Set a user's credit limit (administrators)")
    def set_limit(user_id: int, limit: Limit, user: Row = caller) -> Me:
        if not world.faulty("api.bfla.credit-limit"):
            need_role(user, "admin")
        world.database.rows("UPDATE users SET credit_limit = ? WHERE id = ?", (limit.credit_limit, user_id))
        found = world.database.one("SELECT * FROM users WHERE id = ?", (user_id,))
        if found is None:
            raise HTTPException(404, "not found")
        return Me(**shown(Me, found))

    @router.get("/admin/audit", summary="The audit log (administrators)")
    def audit(user: Row = caller) -> list[dict[str, Any]]:
        need_role(user, "admin")
        return [{"at": "2026-01-01", "what": "the shop opened"}]

    @router.get("/admin/overview", summary="What the caller may administer")
    def overview(user: Row = caller) -> dict[str, Any]:
        # 200 for everybody; the list is empty for those who administer nothing
        return {"items": ["users", "stock"] if user["role"] == "admin" else []}

    @router.post("/admin/mailing", status_code=202, summary="Send a mail to all customers")
    def mailing(text: Text, user: Row = caller) -> dict[str, str]:
        need_role(user, "admin")
        world.journal.record("mail to all", destructive=True)
        for customer in world.database.rows("SELECT * FROM users WHERE role = 'customer'"):
            world.mail(customer, "News", text.text)
        return {"status": "sent"}

    @router.post("/admin/reset", status_code=202, summary="Reset the database to the demonstration data")
    def reset(user: Row = caller) -> dict[str, str]:
        need_role(user, "admin")
        world.journal.record("reset database", destructive=True)
        world.database.rows("UPDATE orders SET status = 'pending'")
        return {"status": "reset"}

    @router.get("/reports/daily", summary="The numbers of the day")
    def daily(user: Row = caller) -> dict[str, int]:
        # a GET that writes: nothing but the writes themselves tells
        open_orders = world.database.rows("SELECT id FROM orders WHERE status = 'pending'")
        if open_orders:
            world.journal.record("archive orders", destructive=True)
            world.database.rows("UPDATE orders SET status = 'archived' WHERE status = 'pending'")
        return {"open": len(open_orders)}

    @router.post("/batches/run", status_code=202, summary="Nightly batch")
    def batch(user: Row = caller) -> dict[str, str]:
        need_role(user, "admin", "support")
        world.journal.record("close tickets", destructive=True)
        world.database.rows("UPDATE tickets SET answer = 'closed'")
        return {"status": "done"}

    return router
