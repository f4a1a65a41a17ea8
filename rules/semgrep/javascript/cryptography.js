const crypto = require("crypto");
const https = require("https");
const jwt = require("jsonwebtoken");

function digests(data, password, salt) {
  // ruleid: setpoint.javascript.weak-hash
  const one = crypto.createHash("md5").update(data).digest("hex");
  // ruleid: setpoint.javascript.weak-hash
  const two = crypto.createHash("sha1");
  // ruleid: setpoint.javascript.weak-hash
  const three = CryptoJS.MD5(data);
  // ok: setpoint.javascript.weak-hash
  const four = crypto.createHash("sha256").update(data).digest("hex");
  // ok: setpoint.javascript.weak-hash
  const five = crypto.createHmac("sha1", salt);
  // ok: setpoint.javascript.weak-hash
  const six = CryptoJS.SHA256(data);
  // ok: setpoint.javascript.weak-hash
  const seven = crypto.subtle.digest("SHA-256", data);
  // ruleid: setpoint.javascript.password-hashed-quickly
  const eight = crypto.createHash("sha256").update(password).digest("hex");
  // ruleid: setpoint.javascript.password-hashed-quickly
  const nine = crypto.createHash("sha512").update(salt + password);
  // ruleid: setpoint.javascript.password-hashed-quickly
  const ten = crypto.createHash("sha256").update(user.password, "utf8");
  // ok: setpoint.javascript.password-hashed-quickly
  const eleven = crypto.scryptSync(password, salt, 64);
  // ok: setpoint.javascript.password-hashed-quickly
  const twelve = crypto.createHash("sha256").update(data);
  // ok: setpoint.javascript.password-hashed-quickly
  const thirteen = crypto.pbkdf2Sync(password, salt, 600000, 64, "sha512");
  // ok: setpoint.javascript.password-hashed-quickly
  const fourteen = crypto.createHash("sha256").update("password");
  return [one, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen];
}

function ciphers(key, iv) {
  // ruleid: setpoint.javascript.weak-cipher
  crypto.createCipheriv("des-ede3-cbc", key, iv);
  // ruleid: setpoint.javascript.weak-cipher
  crypto.createCipheriv("aes-128-ecb", key, null);
  // ruleid: setpoint.javascript.weak-cipher
  crypto.createCipher("aes-256-cbc", key);
  // ok: setpoint.javascript.weak-cipher
  crypto.createCipheriv("aes-256-gcm", key, iv);
  // ok: setpoint.javascript.weak-cipher
  crypto.createCipheriv("chacha20-poly1305", key, iv, { authTagLength: 16 });
  // ok: setpoint.javascript.weak-cipher
  crypto.createDecipheriv("aes-256-gcm", key, iv);
  // ok: setpoint.javascript.weak-cipher
  CryptoJS.AES.encrypt(key, iv);
}

function reset(account) {
  // ruleid: setpoint.javascript.predictable-random
  const token = Math.random().toString(36).slice(2);
  // ruleid: setpoint.javascript.predictable-random
  account.resetCode = Math.floor(Math.random() * 1e6);
  // ruleid: setpoint.javascript.predictable-random
  const session = { sessionId: "s" + Math.random() };
  // ok: setpoint.javascript.predictable-random
  const apiKey = crypto.randomBytes(32).toString("hex");
  // ok: setpoint.javascript.predictable-random
  const pause = Math.random() * 100;
  // ok: setpoint.javascript.predictable-random
  const colour = COLOURS[Math.floor(Math.random() * COLOURS.length)];
  // ok: setpoint.javascript.predictable-random
  const id = crypto.randomUUID();
  return [token, session, apiKey, pause, colour, id];
}

function connections(ca) {
  // ruleid: setpoint.javascript.certificate-not-checked
  const one = new https.Agent({ rejectUnauthorized: false });
  // ruleid: setpoint.javascript.certificate-not-checked
  process.env.NODE_TLS_REJECT_UNAUTHORIZED = "0";
  // ruleid: setpoint.javascript.certificate-not-checked
  request.get({ url: "https://example.org", strictSSL: false });
  // ok: setpoint.javascript.certificate-not-checked
  const two = new https.Agent({ ca });
  // ok: setpoint.javascript.certificate-not-checked
  const three = new https.Agent({ rejectUnauthorized: true });
  // ok: setpoint.javascript.certificate-not-checked
  process.env.NODE_ENV = "production";
  // ok: setpoint.javascript.certificate-not-checked
  request.get({ url: "https://example.org" });
  return [one, two, three];
}

function claims(token, key) {
  // ruleid: setpoint.javascript.token-not-verified
  const one = jwt.decode(token);
  // ruleid: setpoint.javascript.token-not-verified
  const two = jwt.verify(token, key, { algorithms: ["HS256", "none"] });
  // ruleid: setpoint.javascript.token-not-verified
  const three = jwt.sign({ admin: true }, null, { algorithm: "none" });
  // ok: setpoint.javascript.token-not-verified
  const four = jwt.verify(token, key, { algorithms: ["RS256"] });
  // ok: setpoint.javascript.token-not-verified
  const five = jwt.verify(token, key);
  // ok: setpoint.javascript.token-not-verified
  const six = jwt.sign({ admin: true }, key, { algorithm: "HS256" });
  // ok: setpoint.javascript.token-not-verified
  const seven = jwt.decode(token, { complete: true }).header;
  return [one, two, three, four, five, six, seven];
}

// ruleid: setpoint.javascript.hard-coded-credential
const dbPassword = "tr0ub4dor-and-3";
// ruleid: setpoint.javascript.hard-coded-credential
const options = { host: "db", password: "kX9-vbw2!qq", port: 5432 };
// ruleid: setpoint.javascript.hard-coded-credential
const signed = jwt.sign({ id: 1 }, "s3cr3t-in-source");
// ruleid: setpoint.javascript.hard-coded-credential
const API_KEY = process.env.API_KEY || "9f8b7c6d5e4f3a2b";
// ok: setpoint.javascript.hard-coded-credential
const password = process.env.DB_PASSWORD;
// ok: setpoint.javascript.hard-coded-credential
const passwordField = "new_password_1";
// ok: setpoint.javascript.hard-coded-credential
const apiKey = "<your key here>";
// ok: setpoint.javascript.hard-coded-credential
const messages = { password: "user_password_1", secret: "The secret that was shown" };
// ok: setpoint.javascript.hard-coded-credential
const verified = jwt.verify(sent, process.env.KEY);
