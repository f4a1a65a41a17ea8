const child_process = require("child_process");
const { exec, execFile, spawn } = require("child_process");
const ejs = require("ejs");
const fs = require("fs");
const handlebars = require("handlebars");
const pug = require("pug");
const shellQuote = require("shell-quote");
const vm = require("vm");

const PROGRAMS = { png: "optipng", jpg: "jpegoptim" };
const PLUGINS = ["csv", "json"];

app.get("/ping", (req, res) => {
  const host = req.query.host;
  // ruleid: setpoint.javascript.command-injection
  exec("ping -c 1 " + host, (error, out) => res.send(out));
  // ruleid: setpoint.javascript.command-injection
  child_process.execSync(`ping -c 1 ${host}`);
  // ruleid: setpoint.javascript.command-injection
  spawn("sh", ["-c", "ping -c 1 " + host]);
  // ruleid: setpoint.javascript.command-injection
  spawn(req.body.program, ["-v"]);
  // ok: setpoint.javascript.command-injection
  execFile("ping", ["-c", "1", host]);
  // ok: setpoint.javascript.command-injection
  exec("ping -c 1 " + shellQuote.quote([host]));
  // ok: setpoint.javascript.command-injection
  spawn(PROGRAMS[req.query.kind], ["in.png"]);
  // ok: setpoint.javascript.command-injection
  exec("uptime");
  // ok: setpoint.javascript.command-injection
  const found = /^a(b)/.exec(host);
  if (!["alpha", "beta"].includes(host)) {
    return res.sendStatus(404);
  }
  // ok: setpoint.javascript.command-injection
  exec("ping -c 1 " + host, () => found);
});

function pack(folder, level) {
  // ruleid: setpoint.javascript.command-from-parameter
  exec(`tar czf /srv/out.tgz ${folder}`);
  // ruleid: setpoint.javascript.command-from-parameter
  child_process.execSync("du -s " + folder);
  // ruleid: setpoint.javascript.command-from-parameter
  spawn("rm -r " + folder, { shell: true });
  // ok: setpoint.javascript.command-from-parameter
  execFile("tar", ["czf", "/srv/out.tgz", folder]);
  // ok: setpoint.javascript.command-from-parameter
  exec("tar czf /srv/out.tgz " + shellQuote.quote([folder]));
  // ok: setpoint.javascript.command-from-parameter
  exec(`nice -n ${Number(level)} make`);
  // ok: setpoint.javascript.command-from-parameter
  exec("make clean");
}

app.post("/formula", (req, res) => {
  // ruleid: setpoint.javascript.code-injection
  const total = eval(req.body.formula);
  // ruleid: setpoint.javascript.code-injection
  const rule = new Function("order", req.body.rule);
  // ruleid: setpoint.javascript.code-injection
  vm.runInNewContext(req.body.code, {});
  // ruleid: setpoint.javascript.code-injection
  setTimeout("notify('" + req.body.name + "')", 100);
  // ok: setpoint.javascript.code-injection
  const values = JSON.parse(req.body.values);
  // ok: setpoint.javascript.code-injection
  setTimeout(() => notify(req.body.name), 100);
  // ok: setpoint.javascript.code-injection
  const limit = eval("2 ** 10");
  // ok: setpoint.javascript.code-injection
  const double = new Function("n", "return n * 2");
  // ruleid: setpoint.javascript.module-from-request
  require(req.query.plugin);
  // ruleid: setpoint.javascript.module-from-request
  require("./plugins/" + req.query.plugin);
  // ruleid: setpoint.javascript.module-from-request
  import(`./plugins/${req.body.plugin}.js`);
  // ok: setpoint.javascript.module-from-request
  require("./plugins/csv");
  // ok: setpoint.javascript.module-from-request
  require(PROGRAMS[req.query.plugin]);
  // ok: setpoint.javascript.module-from-request
  import("./plugins/csv.js");
  if (PLUGINS.includes(req.query.plugin)) {
    // ok: setpoint.javascript.module-from-request
    require("./plugins/" + req.query.plugin);
  }
  res.json([total, rule, values, limit, double]);
});

app.get("/greeting", (req, res) => {
  const name = req.query.name;
  // ruleid: setpoint.javascript.template-injection
  const one = ejs.render("<p>Hello " + name + "</p>");
  // ruleid: setpoint.javascript.template-injection
  const two = handlebars.compile(req.body.template)({});
  // ruleid: setpoint.javascript.template-injection
  const three = pug.render(`p Hello ${name}`);
  // ok: setpoint.javascript.template-injection
  const four = ejs.render("<p>Hello <%= name %></p>", { name });
  // ok: setpoint.javascript.template-injection
  const five = handlebars.compile("Hello {{name}}")({ name });
  // ok: setpoint.javascript.template-injection
  const six = pug.compile("p= name")({ name });
  // ok: setpoint.javascript.template-injection
  res.json([one, two, three, four, five, six, res.render("greeting", { name })]);
});

function page(file, name) {
  // ok: setpoint.javascript.template-injection
  return ejs.render(fs.readFileSync(file, "utf8"), { name });
}
