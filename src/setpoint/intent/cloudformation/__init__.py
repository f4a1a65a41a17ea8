"""Intent from CloudFormation: a template, resolved against its parameters, its stack and what exists.

`reader` is the way in; `template` reads the file, `evaluator` works out values, `resolution` knows what names stand
for, `folding` joins what templates declare apart.
"""
