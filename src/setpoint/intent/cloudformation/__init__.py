"""Intent from CloudFormation: a template, resolved against its parameters, its stack and what exists.

`reader` is the way in, `assembly` that of a whole CDK application. `opening` fetches a template and prepares it:
`template` reads it, `transforms` puts files, loops and SAM in place, `parameters` and `rules` check what it is given.
`resolution` knows what names stand for, `evaluator` works out values, `folding` joins what templates declare apart.
Whatever is asked of AWS goes through `cloud`, and is noted in `answers`.
"""
