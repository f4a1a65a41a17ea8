"""Projects with members and tasks, files with share links, announcements for everybody."""

import uuid
from typing import Any

from fastapi import APIRouter, Depends, HTTPException, Request, Response
from tests.assets.targets.api.accounts import json_object
from tests.assets.targets.api.documents import COMMON, File, NewProject, Project, Task, TaskChange, shown
from tests.assets.targets.api.identity import Identity
from tests.assets.targets.world import Row, World, fresh_token

MAX_UPLOAD = 65_536


def sharing_routes(world: World, identity: Identity) -> APIRouter:
    router = APIRouter(prefix="/v1", tags=["sharing"], responses=COMMON)
    caller = Depends(identity.caller())

    def project_of(project_id: int, user: Row) -> Row:
        """A project that the caller owns or was invited to."""
        found = world.database.one(
            "SELECT * FROM projects WHERE id = ? AND (owner = ? OR id IN (SELECT project FROM members WHERE user = ?))",
            (project_id, user["id"], user["id"]),
        )
        if found is None:
            raise HTTPException(404, "not found")
        return found

    @router.get("/projects", summary="The projects of the caller, and those shared with the caller")
    def list_projects(user: Row = caller) -> list[Project]:
        rows = world.database.rows(
            "SELECT * FROM projects WHERE owner = ? OR id IN (SELECT project FROM members WHERE user = ?)",
            (user["id"], user["id"]),
        )
        return [Project(**shown(Project, row)) for row in rows]

    @router.post("/projects", status_code=201, summary="Begin a project")
    def create_project(wanted: NewProject, body: dict[str, Any] = Depends(json_object), user: Row = caller) -> Project:
        plan = str(body.get("plan", "basic")) if world.faulty("api.mass.project-plan") else "basic"
        number = world.database.insert("projects", owner=user["id"], title=wanted.title, plan=plan)
        return Project(**shown(Project, project_of(number, user)))

    @router.get("/projects/{project_id}", summary="A project of the caller or shared with the caller")
    def read_project(project_id: int, user: Row = caller) -> Project:
        return Project(**shown(Project, project_of(project_id, user)))

    @router.put("/projects/{project_id}", summary="Change the title of a project; other fields are not taken")
    def change_project(project_id: int, change: NewProject, user: Row = caller) -> Project:
        found = project_of(project_id, user)
        if found["owner"] != user["id"]:
            raise HTTPException(403, "only the owner may")
        world.database.rows("UPDATE projects SET title = ? WHERE id = ?", (change.title, project_id))
        return Project(**shown(Project, found | {"title": change.title}))

    @router.get("/projects/{project_id}/tasks", summary="The tasks of a project")
    def list_tasks(project_id: int, user: Row = caller) -> list[Task]:
        project_of(project_id, user)
        rows = world.database.rows("SELECT * FROM tasks WHERE project = ?", (project_id,))
        return [Task(**shown(Task, row)) for row in rows]

    @router.patch("/projects/{project_id}/tasks/{task_id}", summary="Change the text of a task")
    def change_task(project_id: int, task_id: int, change: TaskChange, user: Row = caller) -> Task:
        if project_of(project_id, user)["owner"] != user["id"]:
            raise HTTPException(403, "only the owner may")
        found = world.database.one("SELECT * FROM tasks WHERE id = ?", (task_id,))
        if found is None or (found["project"] != project_id and not world.faulty("api.bola.nested-task")):
            raise HTTPException(404, "not found")
        world.database.rows("UPDATE tasks SET text = ? WHERE id = ?", (change.text, task_id))
        return Task(**shown(Task, found | {"text": change.text}))

    @router.get("/files", summary="The caller's files")
    def list_files(user: Row = caller) -> list[File]:
        return [
            File(**shown(File, row))
            for row in world.database.rows("SELECT * FROM files WHERE owner = ?", (user["id"],))
        ]

    @router.post(
        "/files",
        status_code=201,
        summary="Keep a text as a file",
        openapi_extra={"requestBody": {"required": True, "content": {"text/plain": {"schema": {"type": "string"}}}}},
    )
    async def upload(request: Request, name: str, user: Row = caller) -> File:
        content = (await request.body())[:MAX_UPLOAD].decode("utf-8", "replace")
        row = {
            "id": str(uuid.uuid4()),
            "owner": user["id"],
            "name": name[:100],
            "content": content,
            "share": fresh_token(),
        }
        world.database.insert("files", **row)
        return File(**shown(File, row))

    def file_of(file_id: str, user: Row, *, checked: bool = True) -> Row:
        found = world.database.one("SELECT * FROM files WHERE id = ?", (file_id,))
        if found is None or (checked and found["owner"] != user["id"]):
            raise HTTPException(404, "not found")
        return found

    @router.get("/files/{file_id}", summary="What is known of a file")
    def read_file(file_id: str, user: Row = caller) -> File:
        return File(**shown(File, file_of(file_id, user)))

    @router.get("/files/{file_id}/content", summary="The text of a file", response_class=Response)
    def read_content(file_id: str, user: Row = caller) -> Response:
        found = file_of(file_id, user, checked=not world.faulty("api.bola.file-content"))
        return Response(found["content"], media_type="text/plain")

    @router.get("/files/{file_id}/link", summary="The link by which the owner shares a file")
    def share_link(file_id: str, user: Row = caller) -> dict[str, str]:
        return {"path": f"/v1/shares/{file_of(file_id, user)['share']}"}

    @router.delete("/files/{file_id}", status_code=204, summary="Delete a file")
    def delete_file(file_id: str, user: Row = caller) -> None:
        found = file_of(file_id, user)
        world.journal.record("delete file", destructive=True, outside=found["protected"])
        world.database.rows("DELETE FROM files WHERE id = ?", (file_id,))

    @router.get("/shares/{token}", summary="A shared file, for whoever has the link", response_class=Response)
    def read_share(token: str) -> Response:
        found = world.database.one("SELECT * FROM files WHERE share = ?", (token,))
        if found is None:
            raise HTTPException(404, "not found")
        return Response(found["content"], media_type="text/plain")

    @router.get("/announcements/{announcement_id}", summary="An announcement, the same for every user")
    def announcement(announcement_id: int, user: Row = caller) -> dict[str, Any]:
        found = world.database.one("SELECT id, title, text FROM announcements WHERE id = ?", (announcement_id,))
        if found is None:
            raise HTTPException(404, "not found")
        return found

    return router
