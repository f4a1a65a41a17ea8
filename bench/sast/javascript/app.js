"use strict";

const express = require("express");
const cookieParser = require("cookie-parser");
const rooms = require("./routes/rooms");
const files = require("./routes/files");
const guests = require("./routes/guests");
const tools = require("./routes/tools");
const directory = require("./routes/directory");

function createApp() {
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json({ limit: "100kb" }), express.urlencoded({ extended: false }), cookieParser());
  app.use("/rooms", rooms);
  app.use("/files", files);
  app.use("/guests", guests);
  app.use("/tools", tools);
  app.use("/directory", directory.router);
  app.use(failed);
  return app;
}

function failed(error, request, response, next) {
  response.status(500).send(error.stack);
}

module.exports = { createApp };
