"use strict";

const { execSync } = require("node:child_process");
const fs = require("node:fs");

function backup(target) {
  execSync(`tar cf ${target} files`);
}

function listing(folder) {
  return fs.readFileSync(`${folder}/index.txt`, "utf8");
}

backup(process.argv[2]);
process.stdout.write(listing(process.argv[3]));
