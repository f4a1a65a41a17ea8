"use strict";

const express = require("express");
const keys = require("../services/keys");
const database = require("../services/database");

const router = express.Router();

async function login(request, response) {
  const found = await database.guestByEmail(request.body.email);
  response.cookie("session", keys.session(), { maxAge: 3600000 });
  response.json({ found: found.rowCount, digest: keys.digest(request.body.password) });
}

async function strictLogin(request, response) {
  response.cookie("session", keys.invitation(), { httpOnly: true, secure: true, sameSite: "lax" });
  response.json({ token: keys.token(request.body.email) });
}

function theme(request, response) {
  response.cookie("theme", request.query.dark === "yes" ? "dark" : "light");
  response.json({ lane: keys.lane(["a", "b"]), etag: keys.etag("page") });
}

function total(request, response) {
  try {
    response.json(JSON.parse(request.query.value));
  } catch (error) {
    response.status(400).json({ error: error.message, stack: error.stack });
  }
}

function amount(request, response) {
  try {
    response.json(BigInt(request.query.value).toString());
  } catch (error) {
    console.error(error.stack);
    response.status(400).json({ error: "not a number" });
  }
}

router.post("/login", login);
router.post("/login/strict", strictLogin);
router.get("/theme", theme);
router.get("/total", total);
router.get("/amount", amount);

module.exports = router;
