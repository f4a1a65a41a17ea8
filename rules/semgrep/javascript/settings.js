const fs = require("fs");
const os = require("os");
const path = require("path");
const libxmljs = require("libxmljs");
const cors = require("cors");
const errorhandler = require("errorhandler");

function documents(xml) {
  // ruleid: setpoint.javascript.xml-external-entities
  const one = libxmljs.parseXml(xml, { noent: true });
  // ruleid: setpoint.javascript.xml-external-entities
  const two = libxmljs.parseXmlString(xml, { nonet: true, noent: true });
  // ruleid: setpoint.javascript.xml-external-entities
  const three = libxmljs.parseXml(xml, { dtdload: true });
  // ok: setpoint.javascript.xml-external-entities
  const four = libxmljs.parseXml(xml);
  // ok: setpoint.javascript.xml-external-entities
  const five = libxmljs.parseXml(xml, { noent: false });
  // ok: setpoint.javascript.xml-external-entities
  const six = libxmljs.parseXml(xml, { nonet: true });
  // ok: setpoint.javascript.xml-external-entities
  const seven = new XMLParser({ processEntities: false });
  return [one, two, three, four, five, six, seven];
}

// ruleid: setpoint.javascript.debugger-on
app.use(errorhandler());
// ruleid: setpoint.javascript.debugger-on
app.use(errorhandler({ log: false }));
// ruleid: setpoint.javascript.debugger-on
const apollo = new ApolloServer({ schema, includeStacktraceInErrorResponses: true });
if (process.env.NODE_ENV === "development") {
  // ok: setpoint.javascript.debugger-on
  app.use(errorhandler());
}
// ok: setpoint.javascript.debugger-on
if (isDevelopment) app.use(errorhandler());
// ok: setpoint.javascript.debugger-on
const other = new ApolloServer({ schema, introspection: false });
// ok: setpoint.javascript.debugger-on
app.use(handleErrors);

app.get("/login", (req, res) => {
  // ruleid: setpoint.javascript.cookie-unprotected
  res.cookie("session", req.token);
  // ruleid: setpoint.javascript.cookie-unprotected
  res.cookie("auth_token", req.token, { httpOnly: true });
  // ruleid: setpoint.javascript.cookie-unprotected
  ctx.cookies.set("sid", req.token, { secure: true });
  // ok: setpoint.javascript.cookie-unprotected
  res.cookie("session", req.token, { httpOnly: true, secure: true });
  // ok: setpoint.javascript.cookie-unprotected
  res.cookie("session", req.token, { secure: true, sameSite: "lax", httpOnly: true });
  // ok: setpoint.javascript.cookie-unprotected
  res.cookie("session", req.token, { ...OPTIONS });
  // ok: setpoint.javascript.cookie-unprotected
  res.cookie("language", "en");
  // ruleid: setpoint.javascript.session-cookie-unprotected
  const one = session({ name: "shop", cookie: { secure: false } });
  // ruleid: setpoint.javascript.session-cookie-unprotected
  const two = session({ cookie: { secure: true, httpOnly: false } });
  // ruleid: setpoint.javascript.session-cookie-unprotected
  res.cookie("language", "en", { httpOnly: false });
  // ok: setpoint.javascript.session-cookie-unprotected
  const three = session({ cookie: { secure: true } });
  // ok: setpoint.javascript.session-cookie-unprotected
  const four = cookieSession({ secure: true });
  // ok: setpoint.javascript.session-cookie-unprotected
  res.cookie("language", "en", { httpOnly: true });
  // ok: setpoint.javascript.session-cookie-unprotected
  const five = connect({ secure: false });
  res.json([one, two, three, four, five]);
});

function files(file, text) {
  // ruleid: setpoint.javascript.open-to-everybody
  fs.chmodSync(file, 0o777);
  // ruleid: setpoint.javascript.open-to-everybody
  fs.writeFileSync(file, text, { mode: 0o666 });
  // ruleid: setpoint.javascript.open-to-everybody
  fs.chmod(file, "777", () => {});
  // ok: setpoint.javascript.open-to-everybody
  fs.chmodSync(file, 0o600);
  // ok: setpoint.javascript.open-to-everybody
  fs.writeFileSync(file, text, { mode: 0o644 });
  // ok: setpoint.javascript.open-to-everybody
  fs.chmod(file, "755", () => {});
  // ok: setpoint.javascript.open-to-everybody
  fs.writeFileSync(file, text);
  // ruleid: setpoint.javascript.temporary-file
  fs.writeFileSync("/tmp/shop.txt", text);
  // ruleid: setpoint.javascript.temporary-file
  fs.createWriteStream(path.join(os.tmpdir(), "shop.txt"));
  // ruleid: setpoint.javascript.temporary-file
  fs.writeFile(`/tmp/shop-${file}.txt`, text, () => {});
  // ok: setpoint.javascript.temporary-file
  fs.writeFileSync(path.join(fs.mkdtempSync("shop-"), "a.txt"), text);
  // ok: setpoint.javascript.temporary-file
  fs.readFileSync("/tmp/shop.txt");
  // ok: setpoint.javascript.temporary-file
  fs.writeFileSync("/srv/tmp/shop.txt", text);
  // ok: setpoint.javascript.temporary-file
  fs.writeFileSync(file, text);
}

// ruleid: setpoint.javascript.slow-expression
const words = /^(\w+\s?)*$/;
// ruleid: setpoint.javascript.slow-expression
const list = new RegExp("(a+)+b");
// ruleid: setpoint.javascript.slow-expression
const mail = /([a-zA-Z0-9]+)*@x/;
// ok: setpoint.javascript.slow-expression
const number = /^\d+(\.\d+)?$/;
// ok: setpoint.javascript.slow-expression
const name = /[a-z][a-z0-9-]{0,62}/;
// ok: setpoint.javascript.slow-expression
const date = new RegExp("[0-9]{4}-[0-9]{2}");
// ok: setpoint.javascript.slow-expression
const fields = /[^,]*,[^,]*/;

// ruleid: setpoint.javascript.origins-unchecked
app.use(cors({ origin: true, credentials: true }));
// ok: setpoint.javascript.origins-unchecked
app.use(cors({ origin: "https://example.org", credentials: true }));
// ok: setpoint.javascript.origins-unchecked
app.use(cors());
// ok: setpoint.javascript.origins-unchecked
app.use(cors({ origin: ["https://example.org"] }));

app.use((req, res, next) => {
  // ruleid: setpoint.javascript.origins-unchecked
  res.setHeader("Access-Control-Allow-Origin", req.headers.origin);
  // ruleid: setpoint.javascript.origins-unchecked
  res.header("Access-Control-Allow-Origin", req.headers.origin);
  // ok: setpoint.javascript.origins-unchecked
  res.setHeader("Access-Control-Allow-Origin", "https://example.org");
  next();
});
