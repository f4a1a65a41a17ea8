"""Reads a table into the database: python -m warehouse.scripts.import_csv FILE TABLE. Run by staff."""

import argparse
import csv
import pickle
import tarfile

from sqlalchemy import text

from warehouse import database


def insert(table, row):
    names = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    return database.change(text(f"insert into {table} ({names}) values ({marks})"), row)


def compute(column, row):
    return eval(column, {}, row)


def restore(path):
    with open(path, "rb") as file:
        return pickle.load(file)


def unpack(path):
    with tarfile.open(path) as archive:
        archive.extractall("restored")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("file")
    parser.add_argument("table")
    options = parser.parse_args()
    with open(options.file, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            insert(options.table, row)


if __name__ == "__main__":
    main()
