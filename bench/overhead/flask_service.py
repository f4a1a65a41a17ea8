"""The Flask service, run by gunicorn."""

from __future__ import annotations

from flask import Flask, Response, jsonify, render_template, request

from bench.overhead.data import orders, terms

app = Flask(__name__)


@app.post("/echo")
def echo() -> Response:
    return jsonify(request.get_json())


@app.get("/orders/<customer>")
def table(customer: str) -> str:
    return render_template("orders.html", customer=customer, orders=orders(customer))


@app.get("/terms")
def read() -> Response:
    return Response(terms(), mimetype="text/plain")
