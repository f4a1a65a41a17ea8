"""Who issues tokens, and how."""

import jwt


class Issuer:
    def __init__(self, key, algorithm):
        self.key = key
        self.algorithm = algorithm

    def issue(self, subject):
        return jwt.encode({"sub": subject, "iss": "shop"}, self.key, algorithm=self.algorithm)
