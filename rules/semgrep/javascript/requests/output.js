const escapeHtml = require("escape-html");
const DOMPurify = require("dompurify");

const HOMES = { shop: "/shop", help: "/help" };

app.get("/hello/:name", (req, res) => {
  const { name } = req.params;
  // ruleid: setpoint.javascript.cross-site-scripting
  res.send("<p>Hello " + name + "</p>");
  // ruleid: setpoint.javascript.cross-site-scripting
  res.status(200).send(`<p>Hello ${req.query.name}</p>`);
  // ruleid: setpoint.javascript.cross-site-scripting
  res.write("<b>" + req.body.name);
  // ok: setpoint.javascript.cross-site-scripting
  res.send("<p>Hello " + escapeHtml(name) + "</p>");
  // ok: setpoint.javascript.cross-site-scripting
  res.render("hello", { name });
  // ok: setpoint.javascript.cross-site-scripting
  res.json({ name });
  // ok: setpoint.javascript.cross-site-scripting
  res.type("text/plain").send(`Hello ${name}`);
  // ok: setpoint.javascript.cross-site-scripting
  res.send(`<p>${Number(req.query.page)}</p>`);
});

router.get("/about", (ctx) => {
  // ruleid: setpoint.javascript.cross-site-scripting
  ctx.body = `<h1>${ctx.query.title}</h1>`;
  // ok: setpoint.javascript.cross-site-scripting
  ctx.body = { title: ctx.query.title };
});

function show(element) {
  // ruleid: setpoint.javascript.page-scripting
  element.innerHTML = "<p>" + location.hash.slice(1);
  const query = new URLSearchParams(location.search).get("q");
  // ruleid: setpoint.javascript.page-scripting
  document.write(`You looked for ${query}`);
  window.addEventListener("message", (event) => {
    // ruleid: setpoint.javascript.page-scripting
    element.insertAdjacentHTML("beforeend", event.data);
  });
  // ok: setpoint.javascript.page-scripting
  element.textContent = location.hash;
  // ok: setpoint.javascript.page-scripting
  element.innerHTML = DOMPurify.sanitize(location.hash);
  // ok: setpoint.javascript.page-scripting
  element.innerHTML = "<p>welcome</p>";
  // ok: setpoint.javascript.page-scripting
  element.innerHTML = `<p>${query.length}</p>`;
}

function render(element, comment, count) {
  // ruleid: setpoint.javascript.markup-from-parameter
  element.innerHTML = "<p>" + comment + "</p>";
  // ruleid: setpoint.javascript.markup-from-parameter
  element.outerHTML = `<p>${comment}</p>`;
  // ruleid: setpoint.javascript.markup-from-parameter
  const props = { dangerouslySetInnerHTML: { __html: comment } };
  // ok: setpoint.javascript.markup-from-parameter
  element.innerHTML = "<p>" + escapeHtml(comment) + "</p>";
  // ok: setpoint.javascript.markup-from-parameter
  element.innerHTML = DOMPurify.sanitize(comment);
  // ok: setpoint.javascript.markup-from-parameter
  element.textContent = comment;
  // ok: setpoint.javascript.markup-from-parameter
  element.innerHTML = `<b>${Number(count)}</b>`;
  return props;
}

app.get("/login", (req, res) => {
  const target = req.query.next;
  // ruleid: setpoint.javascript.open-redirect
  res.redirect(target);
  // ruleid: setpoint.javascript.open-redirect
  res.redirect(303, req.body.next);
  // ruleid: setpoint.javascript.open-redirect
  res.setHeader("Location", `https://${req.query.host}/`);
  // ok: setpoint.javascript.open-redirect
  res.redirect("/orders/" + req.params.id);
  // ok: setpoint.javascript.open-redirect
  res.redirect(HOMES[req.query.home]);
  // ok: setpoint.javascript.open-redirect
  res.redirect(`https://example.org/search?q=${req.query.q}`);
  if (new URL(target, "https://example.org").host !== "example.org") {
    return res.sendStatus(400);
  }
  // ok: setpoint.javascript.open-redirect
  res.redirect(target);
});

app.post("/search", (req, res) => {
  const { query } = req.body;
  // ruleid: setpoint.javascript.log-injection
  console.log("somebody looks for " + query);
  // ruleid: setpoint.javascript.log-injection
  logger.info(`somebody looks for ${req.query.q}`);
  // ruleid: setpoint.javascript.log-injection
  log.warn("nothing was found for", req.params.name);
  // ok: setpoint.javascript.log-injection
  console.log("somebody looks for " + JSON.stringify(query));
  // ok: setpoint.javascript.log-injection
  logger.info({ query }, "somebody looks for something");
  // ok: setpoint.javascript.log-injection
  log.warn("somebody looks for " + query.replace(/[\r\n]/g, " "));
  // ok: setpoint.javascript.log-injection
  console.log("somebody looks for %d things", query.length);
  res.end();
});
