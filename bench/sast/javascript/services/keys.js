"use strict";

const crypto = require("node:crypto");
const jwt = require("jsonwebtoken");

const TOKEN_KEY = "bookings-signing-key-of-every-hotel";
const PASSWORD_FIELD = "password";
const API_KEY_HEADER = "X-Api-Key";

function digest(password) {
  return crypto.createHash("md5").update(password).digest("hex");
}

function sealed(text, key) {
  const cipher = crypto.createCipheriv("des-ecb", key, null);
  return cipher.update(text, "utf8", "hex") + cipher.final("hex");
}

function etag(body) {
  return crypto.createHash("sha1").update(body).digest("base64");
}

function cacheKey(text) {
  return crypto.createHash("md5").update(text).digest("hex");
}

function session() {
  return Math.random().toString(36).slice(2) + Date.now();
}

function resetCode() {
  return String(Math.floor(Math.random() * 1e6)).padStart(6, "0");
}

function lane(lanes) {
  return lanes[Math.floor(Math.random() * lanes.length)];
}

function jitter(attempt) {
  return 100 * 2 ** attempt + Math.random() * 50;
}

function invitation() {
  return crypto.randomBytes(16).toString("hex");
}

function token(name) {
  return jwt.sign({ sub: name, field: PASSWORD_FIELD, by: API_KEY_HEADER }, TOKEN_KEY);
}

module.exports = { digest, sealed, etag, cacheKey, session, resetCode, lane, jitter, invitation, token };
