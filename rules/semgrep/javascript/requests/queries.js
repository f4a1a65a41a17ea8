const { ObjectId } = require("mongodb");
const ldapEscape = require("ldap-escape");
const xpath = require("xpath");
const sql = require("sql-template-tag");

const COLUMNS = { date: "created_at", total: "amount" };
const STATES = ["open", "closed"];
const NAME = /^[a-z]{1,20}$/;

app.get("/orders", async (req, res) => {
  const { customer } = req.query;
  // ruleid: setpoint.javascript.sql-injection
  await db.query("SELECT * FROM orders WHERE customer = '" + customer + "'");
  // ruleid: setpoint.javascript.sql-injection
  await db.query(`SELECT * FROM orders WHERE state = '${req.body.state}'`);
  const wanted = [];
  wanted.push("city = '" + req.params.city + "'");
  // ruleid: setpoint.javascript.sql-injection
  await knex.raw("SELECT * FROM orders WHERE " + wanted.join(" AND "));
  // ruleid: setpoint.javascript.sql-injection
  db.all("SELECT * FROM orders WHERE id = " + req.params.id, callback);
  // ruleid: setpoint.javascript.sql-injection
  await prisma.$queryRawUnsafe(`SELECT * FROM orders WHERE id = ${req.params.id}`);
  // ok: setpoint.javascript.sql-injection
  await db.query("SELECT * FROM orders WHERE customer = $1", [customer]);
  // ok: setpoint.javascript.sql-injection
  await db.query(sql`SELECT * FROM orders WHERE customer = ${customer}`);
  // ok: setpoint.javascript.sql-injection
  await db.query(`SELECT * FROM orders ORDER BY ${COLUMNS[req.query.by]}`);
  // ok: setpoint.javascript.sql-injection
  await db.query(`SELECT * FROM orders LIMIT ${Number(req.query.limit)}`);
  // ok: setpoint.javascript.sql-injection
  await prisma.$queryRaw`SELECT * FROM orders WHERE id = ${req.params.id}`;
  // ok: setpoint.javascript.sql-injection
  const kept = cache.get(req.params.id);
  const { state } = req.query;
  if (!STATES.includes(state)) {
    return res.sendStatus(400);
  }
  // ok: setpoint.javascript.sql-injection
  res.json([kept, await db.query(`SELECT * FROM orders WHERE state = '${state}'`)]);
});

class Customers {
  async find(name) {
    // ruleid: setpoint.javascript.sql-from-parameter
    return this.db.query("SELECT id FROM customer WHERE name = '" + name + "'");
  }

  async rename(id, name) {
    // ruleid: setpoint.javascript.sql-from-parameter
    const statement = `UPDATE customer SET name = '${name}' WHERE id = ?`;
    return this.db.query(statement, [id]);
  }

  async drop(table) {
    // ruleid: setpoint.javascript.sql-from-parameter
    return this.db.query("DROP TABLE ".concat(table));
  }

  async run(statement, values) {
    // ok: setpoint.javascript.sql-from-parameter
    return this.db.query(statement, values);
  }

  async byId(id) {
    // ok: setpoint.javascript.sql-from-parameter
    return this.db.query("SELECT name FROM customer WHERE id = ?", [id]);
  }

  async page(number) {
    // ok: setpoint.javascript.sql-from-parameter
    return this.db.query(`SELECT name FROM customer LIMIT 10 OFFSET ${parseInt(number, 10)}`);
  }

  async named(name) {
    if (!NAME.test(name)) throw new Error("no name");
    // ok: setpoint.javascript.sql-from-parameter
    return this.db.query(`SELECT id FROM customer WHERE name = '${name}'`);
  }

  label(name) {
    // ok: setpoint.javascript.sql-from-parameter
    return `Select a customer like ${name}`;
  }
}

app.post("/login", async (req, res) => {
  // ruleid: setpoint.javascript.nosql-injection
  await User.findOne({ name: req.body.name, password: req.body.password });
  // ruleid: setpoint.javascript.nosql-injection
  await users.deleteMany(req.body);
  const { token } = req.query;
  // ruleid: setpoint.javascript.nosql-injection
  await Session.findOne({ token });
  // ruleid: setpoint.javascript.nosql-injection
  await User.find({ $where: "this.name == '" + req.body.name + "'" });
  // ok: setpoint.javascript.nosql-injection
  await User.findOne({ name: String(req.body.name) });
  // ok: setpoint.javascript.nosql-injection
  await User.findOne({ name: { $eq: req.body.name } });
  // ok: setpoint.javascript.nosql-injection
  await users.findOne({ _id: new ObjectId(req.body.id) });
  // ok: setpoint.javascript.nosql-injection
  await users.findOne({ name: req.params.name });
  // ok: setpoint.javascript.nosql-injection
  const one = [1, 2].find((each) => each === req.body.id);
  if (typeof token !== "string") return res.sendStatus(400);
  // ok: setpoint.javascript.nosql-injection
  res.json([one, await Session.findOne({ token })]);
});

function directory(client, name, unit) {
  // ruleid: setpoint.javascript.ldap-injection
  client.search("dc=example", { filter: `(uid=${name})` });
  // ruleid: setpoint.javascript.ldap-injection
  client.search("dc=example", { filter: "(&(objectClass=person)(cn=" + name + "))" });
  // ruleid: setpoint.javascript.ldap-injection
  const wanted = "(mail=" + name + ")";
  // ok: setpoint.javascript.ldap-injection
  client.search("dc=example", { filter: ldapEscape.filter`(uid=${name})` });
  // ok: setpoint.javascript.ldap-injection
  client.search("dc=example", { filter: new EqualityFilter({ attribute: "uid", value: name }) });
  // ok: setpoint.javascript.ldap-injection
  client.search("dc=example", { filter: "(uid=admin)" });
  if (!["sales", "support"].includes(unit)) throw new Error(unit);
  // ok: setpoint.javascript.ldap-injection
  return client.search("dc=example", { filter: `(ou=${unit})` }, wanted);
}

function userOf(document, name) {
  // ruleid: setpoint.javascript.xpath-injection
  xpath.select(`//user[@name='${name}']`, document);
  // ruleid: setpoint.javascript.xpath-injection
  xpath.select1("//user[@name='" + name + "']", document);
  // ruleid: setpoint.javascript.xpath-injection
  document.evaluate(`//user[@name='${name}']`, document, null, 0, null);
  // ok: setpoint.javascript.xpath-injection
  xpath.parse("//user[@name=$name]").select({ node: document, variables: { name } });
  // ok: setpoint.javascript.xpath-injection
  xpath.select("//user[@admin='1']", document);
  // ok: setpoint.javascript.xpath-injection
  xpath.select(`//user[${Number(name)}]`, document);
  if (!NAME.test(name)) return null;
  // ok: setpoint.javascript.xpath-injection
  return xpath.select(`//user[@name='${name}']`, document);
}
