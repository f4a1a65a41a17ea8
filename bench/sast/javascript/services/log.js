"use strict";

function line(text) {
  process.stdout.write(`${new Date().toISOString()} ${text}\n`);
}

module.exports = { line };
