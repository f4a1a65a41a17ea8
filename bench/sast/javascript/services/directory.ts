import https from "node:https";
import { readFileSync } from "node:fs";
import type { Request, Response } from "express";
import ldap from "ldapjs";
import xpath from "xpath";
import { DOMParser } from "@xmldom/xmldom";

const client = ldap.createClient({ url: process.env.DIRECTORY ?? "ldaps://directory.bookings.example" });
const plan = new DOMParser().parseFromString(readFileSync("plan.xml", "utf8"), "text/xml");
const KINDS: Record<string, string> = { staff: "person", rooms: "room" };

export function people(request: Request, response: Response): void {
  client.search("ou=people,o=bookings", { filter: `(cn=${request.query.name})` }, (_, found) => response.json(found));
}

export function peopleByValue(request: Request, response: Response): void {
  const filter = new ldap.EqualityFilter({ attribute: "cn", value: String(request.query.name) });
  client.search("ou=people,o=bookings", { filter }, (_, found) => response.json(found));
}

export function peopleOfKind(request: Request, response: Response): void {
  const kind = Object.hasOwn(KINDS, String(request.query.kind)) ? KINDS[String(request.query.kind)] : "person";
  client.search("ou=people,o=bookings", { filter: `(objectClass=${kind})` }, (_, found) => response.json(found));
}

export function room(request: Request, response: Response): void {
  response.json(xpath.select(`//room[@name='${request.query.name}']`, plan).length);
}

export function roomBound(request: Request, response: Response): void {
  const find = xpath.parse("//room[@name=$name]");
  response.json(find.select({ node: plan, variables: { name: String(request.query.name) } }).length);
}

export function partner(request: Request, response: Response): void {
  https.get("https://partner.bookings.example/", { rejectUnauthorized: false }, (answer) => response.json(answer.statusCode));
}

export function partnerChecked(request: Request, response: Response): void {
  https.get("https://partner.bookings.example/", { rejectUnauthorized: true }, (answer) => response.json(answer.statusCode));
}
