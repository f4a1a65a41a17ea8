const _ = require("lodash");
const serialize = require("node-serialize");
const v8 = require("v8");
const yaml = require("js-yaml");
const escapeStringRegexp = require("escape-string-regexp");

const defaults = { colour: "red" };

app.post("/documents", (req, res) => {
  // ruleid: setpoint.javascript.unsafe-deserialisation
  const one = serialize.unserialize(req.cookies.profile);
  // ruleid: setpoint.javascript.unsafe-deserialisation
  const two = yaml.load(req.body.document, { schema: yaml.DEFAULT_FULL_SCHEMA });
  // ruleid: setpoint.javascript.unsafe-deserialisation
  const three = v8.deserialize(req.body);
  // ok: setpoint.javascript.unsafe-deserialisation
  const four = JSON.parse(req.body.document);
  // ok: setpoint.javascript.unsafe-deserialisation
  const five = yaml.load(req.body.document);
  // ok: setpoint.javascript.unsafe-deserialisation
  const six = serialize.unserialize('{"a": 1}');
  // ok: setpoint.javascript.unsafe-deserialisation
  const seven = v8.deserialize(v8.serialize(defaults));
  // ruleid: setpoint.javascript.prototype-pollution
  _.merge(defaults, req.body);
  // ruleid: setpoint.javascript.prototype-pollution
  _.set(defaults, req.query.path, req.query.value);
  // ruleid: setpoint.javascript.prototype-pollution
  defaults[req.body.section][req.body.key] = req.body.value;
  // ok: setpoint.javascript.prototype-pollution
  _.merge(defaults, _.pick(req.body, ["colour"]));
  // ok: setpoint.javascript.prototype-pollution
  _.merge(defaults, schema.parse(req.body));
  // ok: setpoint.javascript.prototype-pollution
  Object.assign({}, { colour: req.body.colour });
  // ok: setpoint.javascript.prototype-pollution
  defaults.colour = req.body.colour;
  const { section } = req.body;
  if (section === "__proto__" || section === "constructor") {
    return res.sendStatus(400);
  }
  // ok: setpoint.javascript.prototype-pollution
  defaults[section][req.body.key] = req.body.value;
  // ruleid: setpoint.javascript.expression-from-request
  const found = new RegExp(req.query.search, "i");
  // ruleid: setpoint.javascript.expression-from-request
  const begins = new RegExp("^" + req.query.search);
  // ruleid: setpoint.javascript.expression-from-request, setpoint.javascript.nosql-injection
  const names = Order.find({ name: { $regex: req.body.name } });
  // ok: setpoint.javascript.expression-from-request
  const escaped = new RegExp(_.escapeRegExp(req.query.search));
  // ok: setpoint.javascript.expression-from-request
  const again = new RegExp(escapeStringRegexp(req.query.search));
  // ok: setpoint.javascript.expression-from-request
  const plain = "a text".includes(req.query.search);
  // ok: setpoint.javascript.expression-from-request
  const constant = new RegExp("^[a-z]+$").test(req.query.search);
  res.json([one, two, three, four, five, six, seven, found, begins, names, escaped, again, plain, constant]);
});
