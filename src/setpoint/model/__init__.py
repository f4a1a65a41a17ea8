"""The vocabulary of Setpoint as immutable facts. Nothing here touches a network, a disk or a database."""
