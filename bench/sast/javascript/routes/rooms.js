"use strict";

const express = require("express");
const escapeHtml = require("escape-html");
const database = require("../services/database");
const log = require("../services/log");

const router = express.Router();
const LANDINGS = new Map([["rooms", "/rooms/all"], ["guests", "/guests/all"]]);

async function search(request, response) {
  log.line("search for " + request.query.q);
  response.json((await database.roomsNamed(request.query.q)).rows);
}

async function onFloor(request, response) {
  response.json((await database.roomsOnFloor(request.params.floor)).rows);
}

async function sorted(request, response) {
  log.line(`sorted by ${JSON.stringify(request.query.by)}`);
  response.json((await database.roomsSorted(request.query.by)).rows);
}

async function one(request, response) {
  const found = await database.roomById(Number.parseInt(request.params.id, 10));
  response.json([found.rows, (await database.roomsOf([1, 2])).rows]);
}

function hello(request, response) {
  response.send(`<h1>Hello ${request.query.name}</h1>`);
}

function searchBox(request, response) {
  const box = "<input name='q' value='" + request.query.q + "'>";
  response.type("html").end(box);
}

function goodbye(request, response) {
  response.send(`<h1>Goodbye ${escapeHtml(request.query.name)}</h1>`);
}

function nights(request, response) {
  response.send(`<b>${Number(request.query.nights)}</b>`);
}

function after(request, response) {
  response.redirect(request.query.to);
}

function leave(request, response) {
  response.writeHead(302, { Location: request.body.site });
  response.end();
}

function home(request, response) {
  response.redirect(LANDINGS.get(request.query.to) ?? "/");
}

function toRoom(request, response) {
  response.redirect(`/rooms/${Number(request.params.id)}`);
}

router.get("/search", search);
router.get("/floor/:floor", onFloor);
router.get("/sorted", sorted);
router.get("/hello", hello);
router.get("/box", searchBox);
router.get("/goodbye", goodbye);
router.get("/nights", nights);
router.get("/after", after);
router.post("/leave", leave);
router.get("/home", home);
router.get("/to/:id", toRoom);
router.get("/:id", one);

module.exports = router;
