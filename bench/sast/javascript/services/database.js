"use strict";

const { Pool } = require("pg");

const pool = new Pool({ connectionString: process.env.DATABASE_URL });
const COLUMNS = ["id", "name", "floor"];
const SORTABLE = { name: "name", size: "beds" };

async function roomsNamed(name) {
  return pool.query(`SELECT id, name FROM rooms WHERE name LIKE '%${name}%'`);
}

async function roomsOnFloor(floor) {
  return pool.query("SELECT id, name FROM rooms WHERE floor = " + floor);
}

async function guestByEmail(email) {
  const statement = "SELECT id FROM guests WHERE email = '" + email + "'";
  return pool.query(statement);
}

async function roomById(id) {
  return pool.query(`SELECT ${COLUMNS.join(", ")} FROM rooms WHERE id = $1`, [id]);
}

async function roomsSorted(by) {
  const column = Object.hasOwn(SORTABLE, by) ? SORTABLE[by] : "id";
  return pool.query(`SELECT id, name FROM rooms ORDER BY ${column}`);
}

async function roomsOf(ids) {
  const marks = ids.map((_, index) => `$${index + 1}`).join(", ");
  return pool.query(`SELECT id FROM rooms WHERE id IN (${marks})`, ids);
}

async function dropTable(name) {
  return pool.query(`DROP TABLE ${name}`);
}

module.exports = { roomsNamed, roomsOnFloor, guestByEmail, roomById, roomsSorted, roomsOf };
