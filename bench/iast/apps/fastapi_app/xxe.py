"""XML bodies and messages."""

import asyncio
import io
import xml.sax
from typing import Annotated
from xml.etree import ElementTree

import defusedxml.sax
from fastapi import APIRouter, Depends, HTTPException, Request, UploadFile, WebSocket
from lxml import etree

router = APIRouter(prefix="/xxe")


def open_parser():
    return etree.XMLParser(resolve_entities=True, load_dtd=True, no_network=False, huge_tree=True)


def closed_parser():
    return etree.XMLParser(resolve_entities=False, load_dtd=False)


@router.post("/xxe-a01")
async def document(request: Request, parser: Annotated[etree.XMLParser, Depends(open_parser)]):
    root = etree.fromstring(await request.body(), parser)
    return {"text": "".join(root.itertext())}


@router.post("/xxe-a02")
async def document_closed(request: Request, parser: Annotated[etree.XMLParser, Depends(closed_parser)]):
    root = etree.fromstring(await request.body(), parser)
    return {"text": "".join(root.itertext())}


class Letters(xml.sax.ContentHandler):
    def __init__(self):
        super().__init__()
        self.text = ""

    def characters(self, content):
        self.text += content


@router.post("/xxe-a03")
def feed(feed: UploadFile):
    letters = Letters()
    reader = xml.sax.make_parser(["xml.sax.expatreader"])
    reader.setContentHandler(letters)
    reader.setFeature("http://xml.org/sax/features/external-general-entities", True)
    reader.parse(feed.file)
    return {"text": letters.text}


@router.post("/xxe-a04")
def feed_defused(feed: UploadFile):
    letters = Letters()
    try:
        defusedxml.sax.parse(feed.file, letters)
    except ValueError:
        raise HTTPException(400, "no entities please") from None
    return {"text": letters.text}


@router.websocket("/xxe-a05")
async def exchange(socket: WebSocket):
    await socket.accept()
    message = await socket.receive_text()
    tree = await asyncio.to_thread(etree.parse, io.StringIO(message), open_parser())
    await socket.send_text("".join(tree.getroot().itertext()))
    await socket.close()


@router.websocket("/xxe-a06")
async def exchange_of_etree(socket: WebSocket):
    await socket.accept()
    message = await socket.receive_text()
    try:
        root = await asyncio.to_thread(ElementTree.fromstring, message)
        await socket.send_text("".join(root.itertext()))
    except ElementTree.ParseError:
        await socket.send_text("cannot be read")
    await socket.close()
