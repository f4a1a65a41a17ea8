"use strict";

const express = require("express");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");

const router = express.Router();
const FOLDER = path.resolve(process.env.BOOKINGS_FILES ?? "files");
const FORMS = { arrival: "arrival.pdf", departure: "departure.pdf" };

function read(request, response) {
  response.send(fs.readFileSync(path.join(FOLDER, request.query.name)));
}

function send(request, response) {
  response.sendFile(FOLDER + "/" + request.params.name);
}

function remove(request, response) {
  fs.unlinkSync(`${FOLDER}/${request.body.name}`);
  response.sendStatus(204);
}

function inside(request, response) {
  const wanted = path.resolve(FOLDER, request.query.name);
  if (!wanted.startsWith(FOLDER + path.sep)) {
    return response.sendStatus(404);
  }
  return response.send(fs.readFileSync(wanted));
}

function form(request, response) {
  const name = Object.hasOwn(FORMS, request.params.kind) ? FORMS[request.params.kind] : "arrival.pdf";
  response.send(fs.readFileSync(path.join(FOLDER, name)));
}

function last(request, response) {
  response.send(fs.readFileSync(path.join(FOLDER, path.basename(request.query.name))));
}

function spool(request, response) {
  fs.writeFileSync("/tmp/bookings-last.json", JSON.stringify(request.body));
  response.sendStatus(204);
}

function spoolWell(request, response) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bookings-"));
  fs.writeFileSync(path.join(folder, "last.json"), JSON.stringify(request.body));
  response.sendStatus(204);
}

function share(request, response) {
  fs.chmodSync(path.join(FOLDER, path.basename(request.body.name)), 0o777);
  response.sendStatus(204);
}

function publish(request, response) {
  fs.chmodSync(path.join(FOLDER, "public"), 0o755);
  response.sendStatus(204);
}

router.get("/read", read);
router.get("/send/:name", send);
router.post("/remove", remove);
router.get("/inside", inside);
router.get("/form/:kind", form);
router.get("/last", last);
router.post("/spool", spool);
router.post("/spool/well", spoolWell);
router.post("/share", share);
router.post("/publish", publish);

module.exports = router;
