"""What was reviewed: declared state from files, stacks and policy folders, in the shape of the model."""
