"""The two services of `bench.agent_overhead`, and what measures them; the services run in an environment of their own."""
