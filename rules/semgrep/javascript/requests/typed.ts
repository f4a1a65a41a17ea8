import { Body, Controller, Get, Param, ParseIntPipe, Post, Query } from "@nestjs/common";
import { NextRequest, NextResponse } from "next/server";

@Controller("orders")
export class Orders {
  constructor(private readonly db: Database) {}

  @Get()
  async list(@Query("customer") customer: string, @Query("page", ParseIntPipe) page: number) {
    // ruleid: setpoint.javascript.sql-injection
    await this.db.query(`SELECT * FROM orders WHERE customer = '${customer}'`);
    // ok: setpoint.javascript.sql-injection
    return this.db.query(`SELECT * FROM orders LIMIT 10 OFFSET ${page}`);
  }

  @Post()
  async add(@Body() order: Order, @Param("id") id: string) {
    // ruleid: setpoint.javascript.sql-injection
    await this.db.query("DELETE FROM orders WHERE id = '" + id + "'");
    // ok: setpoint.javascript.sql-injection
    return this.db.query("INSERT INTO orders (name) VALUES ($1)", [order.name]);
  }
}

export async function GET(request: NextRequest) {
  // ruleid: setpoint.javascript.open-redirect
  const there = NextResponse.redirect(request.nextUrl.searchParams.get("next"));
  const { address } = await request.json();
  // ruleid: setpoint.javascript.server-side-request
  return fetch(address) ?? there;
}

export class Customers {
  async page(number: number, by: string) {
    // ok: setpoint.javascript.sql-from-parameter
    await this.db.query(`SELECT id FROM customer LIMIT 10 OFFSET ${number}`);
    // ruleid: setpoint.javascript.sql-from-parameter
    return this.db.query(`SELECT id FROM customer ORDER BY ${by}`);
  }
}
