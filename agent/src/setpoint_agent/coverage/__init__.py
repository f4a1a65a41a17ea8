"""Which functions ran: exactly where Python can say so cheaply (3.12 and later), else by sampling, and says which."""
