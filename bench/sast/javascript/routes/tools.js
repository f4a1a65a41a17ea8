"use strict";

const express = require("express");
const childProcess = require("node:child_process");
const vm = require("node:vm");
const axios = require("axios");
const ejs = require("ejs");
const Handlebars = require("handlebars");
const keys = require("../services/keys");
const reading = require("../services/reading");

const router = express.Router();
const NOTICE = Handlebars.compile("Room {{name}} is free");
const HOSTS = new Set(["hooks.bookings.example"]);

function ping(request, response) {
  childProcess.exec(`ping -c 1 ${request.query.host}`, (error, out) => response.send({ out }));
}

function print(request, response) {
  response.send(childProcess.execSync("lpr -P " + request.body.printer).toString());
}

function pack(request, response) {
  response.json(childProcess.spawnSync("tar", ["cf", "-", request.body.name], { shell: true }).status);
}

function version(request, response) {
  childProcess.exec("node --version", (error, out) => response.send({ out }));
}

function show(request, response) {
  response.json(childProcess.execFileSync("echo", ["--", String(request.query.text)]).toString());
}

function price(request, response) {
  response.json(eval(request.query.rule));
}

function rule(request, response) {
  response.json(vm.runInNewContext(request.body.rule, { nights: 3 }));
}

function compiled(request, response) {
  response.json(new Function("nights", `return ${request.body.formula}`)(3));
}

function hours(request, response) {
  response.json(eval("7 * 24"));
}

function week(request, response) {
  response.json(new Function("nights", "return nights / 7")(Number(request.query.nights)));
}

async function preview(request, response) {
  response.send((await axios.get(request.query.url)).data);
}

async function callBack(request, response) {
  response.json((await fetch(request.body.url, { method: "POST" })).status);
}

async function hook(request, response) {
  const url = new URL(request.body.url);
  if (url.protocol !== "https:" || !HOSTS.has(url.hostname)) {
    return response.sendStatus(400);
  }
  return response.json((await fetch(url, { redirect: "error" })).status);
}

async function weather(request, response) {
  const city = encodeURIComponent(request.query.city);
  response.json((await axios.get(`https://weather.bookings.example/v1/${city}`)).data);
}

function page(request, response) {
  response.send(ejs.render(request.body.template, { nights: 3 }));
}

function notice(request, response) {
  response.send(NOTICE({ name: request.query.name }));
}

function letter(request, response) {
  response.send(Handlebars.compile("Dear " + request.query.name)({}));
}

function take(request, response) {
  response.json([reading.state(request.cookies.state), reading.rules(request.body.rules), reading.own()]);
}

function document(request, response) {
  response.json([reading.invoice(request.body.xml), reading.safeInvoice(request.body.xml)]);
}

function seal(request, response) {
  response.json([keys.sealed(request.body.text, process.env.SEAL), keys.resetCode(), keys.cacheKey("a"), keys.jitter(1)]);
}

for (const [name, handler] of Object.entries({ ping, version, show, price, hours, week, preview, weather, notice, letter })) {
  router.get(`/${name}`, handler);
}
for (const [name, handler] of Object.entries({ print, pack, rule, compiled, callBack, hook, page, take, document, seal })) {
  router.post(`/${name}`, handler);
}

module.exports = router;
