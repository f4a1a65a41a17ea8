"""The site target: pages without a document. Called by `serve.py`."""

from pathlib import Path

from flask import Flask
from tests.assets.targets.site.account import account_pages, login_pages, order_pages, staff_pages
from tests.assets.targets.site.data import SCHEMA, seed
from tests.assets.targets.site.operations import cached_pages, cross_origin_pages, every_answer, operation_pages
from tests.assets.targets.site.pages import catalogue_pages, redirect_pages, text_pages, tool_pages
from tests.assets.targets.site.sessions import Visitors
from tests.assets.targets.world import World


def make_world(*, repaired: bool, mended: list[str], log: Path | None, tls: bool) -> World:
    return World("site", schema=SCHEMA, seed=seed, repaired=repaired, mended=mended, log=log, tls=tls)


def make_application(world: World) -> Flask:
    application = Flask("targets.site", static_folder=None)
    application.logger.disabled = True
    # the framework's own redirects would lead to the host that the visitor names
    application.url_map.strict_slashes = application.url_map.merge_slashes = False
    visitors = Visitors(world)
    every_answer(application, world)
    operation_pages(application, world, visitors)
    cached_pages(application, world)
    cross_origin_pages(application, world, visitors)
    login_pages(application, world, visitors)
    account_pages(application, world, visitors)
    order_pages(application, world, visitors)
    staff_pages(application, world, visitors)
    text_pages(application, world, visitors)
    catalogue_pages(application, world)
    tool_pages(application, world, visitors)
    redirect_pages(application, world)
    return application
