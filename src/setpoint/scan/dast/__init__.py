"""The running application, tested from outside."""
