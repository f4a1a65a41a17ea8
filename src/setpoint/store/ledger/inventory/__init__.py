"""The inventory: one row for each distinct component and bill of materials, and instances that point at bills."""
