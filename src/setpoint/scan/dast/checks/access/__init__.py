"""Who may do what: objects, functions and properties that another account reaches."""
