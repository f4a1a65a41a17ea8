"use strict";

const fs = require("node:fs");
const libxml = require("libxmljs2");
const serialize = require("node-serialize");
const yaml = require("js-yaml");

function state(cookie) {
  return serialize.unserialize(Buffer.from(cookie, "base64").toString());
}

function rules(text) {
  return yaml.load(text);
}

function own() {
  return serialize.unserialize(fs.readFileSync("state.json", "utf8"));
}

function invoice(text) {
  return libxml.parseXml(text, { noent: true, dtdload: true }).root().name();
}

function safeInvoice(text) {
  return libxml.parseXml(text, { noent: false, nonet: true }).root().name();
}

module.exports = { state, rules, own, invoice, safeInvoice };
