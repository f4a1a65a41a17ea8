const axios = require("axios");
const fs = require("fs");
const path = require("path");

const ROOT = "/srv/files";
const HOSTS = ["api.example.org", "static.example.org"];
const BASE_URL = "https://api.example.org";

app.get("/files", (req, res) => {
  const { name } = req.query;
  // ruleid: setpoint.javascript.path-traversal
  fs.readFile("/srv/files/" + name, (error, text) => res.end(text));
  // ruleid: setpoint.javascript.path-traversal
  fs.createReadStream(path.join(ROOT, req.params.name)).pipe(res);
  // ruleid: setpoint.javascript.path-traversal
  res.sendFile(path.resolve(ROOT, req.body.name));
  // ruleid: setpoint.javascript.path-traversal
  fs.promises.unlink(`${ROOT}/${name}`);
  // ok: setpoint.javascript.path-traversal
  fs.readFile(path.join(ROOT, path.basename(name)), () => {});
  // ok: setpoint.javascript.path-traversal
  res.sendFile(name, { root: ROOT });
  // ok: setpoint.javascript.path-traversal
  fs.readFile(`${ROOT}/${Number(req.params.id)}.txt`, () => {});
  const wanted = path.resolve(ROOT, name);
  if (!wanted.startsWith(ROOT + path.sep)) {
    return res.sendStatus(404);
  }
  // ok: setpoint.javascript.path-traversal
  res.sendFile(wanted);
});

class Storage {
  read(name) {
    // ruleid: setpoint.javascript.path-from-parameter
    return fs.readFileSync(path.join(this.root, name));
  }

  write(folder, name, data) {
    const file = path.resolve(this.root, name);
    // ruleid: setpoint.javascript.path-from-parameter
    fs.writeFileSync(file, data);
    // ruleid: setpoint.javascript.path-from-parameter
    fs.rmSync(`${this.root}/${folder}`, { recursive: true });
  }

  settings(file) {
    // ok: setpoint.javascript.path-from-parameter
    return fs.readFileSync(file, "utf8");
  }

  manifest(folder) {
    // ok: setpoint.javascript.path-from-parameter
    return fs.readFileSync(path.join(folder, "manifest.json"));
  }

  plain(name) {
    // ok: setpoint.javascript.path-from-parameter
    return fs.readFileSync(path.join(this.root, path.basename(name)));
  }

  checked(name) {
    const file = path.resolve(this.root, name);
    if (!file.startsWith(this.root + path.sep)) throw new Error(name);
    // ok: setpoint.javascript.path-from-parameter
    return fs.readFileSync(file);
  }
}

app.post("/preview", async (req, res) => {
  const { address } = req.body;
  // ruleid: setpoint.javascript.server-side-request
  await fetch(address);
  // ruleid: setpoint.javascript.server-side-request
  await axios.post(req.query.hook, {});
  // ruleid: setpoint.javascript.server-side-request
  await axios({ method: "get", url: `http://${req.query.host}/status` });
  // ok: setpoint.javascript.server-side-request
  await fetch(`https://api.example.org/orders/${req.params.id}`);
  // ok: setpoint.javascript.server-side-request
  await fetch(`${BASE_URL}/orders/${req.params.id}`);
  // ok: setpoint.javascript.server-side-request
  await axios.get("https://api.example.org/orders", { params: { id: req.params.id } });
  // ok: setpoint.javascript.server-side-request
  await fetch(BASE_URL + "/orders/" + req.params.id);
  const parsed = new URL(address);
  if (!HOSTS.includes(parsed.hostname)) {
    return res.sendStatus(400);
  }
  // ok: setpoint.javascript.server-side-request
  await fetch(address);
});

class Hooks {
  deliver(address, body) {
    // ruleid: setpoint.javascript.server-side-request-from-parameter
    return axios.post(address, body);
  }

  ask(host) {
    // ruleid: setpoint.javascript.server-side-request-from-parameter
    return fetch(`http://${host}/status`);
  }

  look(host) {
    // ruleid: setpoint.javascript.server-side-request-from-parameter
    return this.httpClient.get("https://" + host);
  }

  order(id) {
    // ok: setpoint.javascript.server-side-request-from-parameter
    return fetch(`${this.baseUrl}/orders/${id}`);
  }

  known(address) {
    if (!HOSTS.includes(new URL(address).hostname)) throw new Error(address);
    // ok: setpoint.javascript.server-side-request-from-parameter
    return fetch(address);
  }

  own(id) {
    // ok: setpoint.javascript.server-side-request-from-parameter
    return fetch("/api/orders/" + id);
  }

  kept(key) {
    // ok: setpoint.javascript.server-side-request-from-parameter
    return this.cache.get(key);
  }
}
