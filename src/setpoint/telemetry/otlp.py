"""OpenTelemetry over OTLP/HTTP: the one module that imports it. Made by `open_telemetry`."""

from __future__ import annotations

import threading
from collections import Counter as Counted
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Final

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.metrics import Counter, Histogram
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import PeriodicExportingMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from setpoint import __version__
from setpoint.telemetry.interface import Fact, Span

CLOSE_WITHIN: Final = 2.0
"""Seconds for the last words, well within what a stop may take."""


class Otlp:
    """`endpoint` is the receiver's base URL; None: as OpenTelemetry's own environment variables say."""

    def __init__(self, endpoint: str | None, service_name: str, resource: Mapping[str, str]) -> None:
        described = Resource.create({**resource, "service.name": service_name, "service.version": __version__})
        base = endpoint.rstrip("/") if endpoint else None
        spans = OTLPSpanExporter(endpoint=f"{base}/v1/traces" if base else None)
        metrics = OTLPMetricExporter(endpoint=f"{base}/v1/metrics" if base else None)
        # Ended by `close`, which has a limit, and not by the interpreter, which has none.
        self._traces = TracerProvider(resource=described, shutdown_on_exit=False)
        self._traces.add_span_processor(BatchSpanProcessor(spans))
        self._metrics = MeterProvider([PeriodicExportingMetricReader(metrics)], described, shutdown_on_exit=False)
        self._lock, self._counted = threading.Lock(), Counted[str]()
        self._tracer = self._traces.get_tracer("setpoint", __version__)
        meter = self._metrics.get_meter("setpoint", __version__)
        self._counter: Callable[[str], Counter] = cache(meter.create_counter)
        self._histogram: Callable[[str], Histogram] = cache(lambda name: meter.create_histogram(name, unit="s"))

    @contextmanager
    def span(
        self, name: str, *, asked_by: Mapping[str, str] | None = None, tally: str = "", **facts: Fact
    ) -> Iterator[Span]:
        asked = TraceContextTextMapPropagator().extract(asked_by) if asked_by is not None else None
        kind = trace.SpanKind.INTERNAL if asked_by is None else trace.SpanKind.SERVER
        with self._tracer.start_as_current_span(name, context=asked, kind=kind, attributes=facts) as span:
            work, before = _Work(self._tracer, span), self._counted[tally]
            try:
                yield work
            finally:
                work.end_step()
                if tally:
                    work.note(**{tally: self._counted[tally] - before})

    def count(self, name: str, by: int = 1, **labels: Fact) -> None:
        with self._lock:
            self._counted[name] += by
        self._counter(name).add(by, labels)

    def measure(self, name: str, seconds: float, **labels: Fact) -> None:
        self._histogram(name).record(seconds, labels)

    def close(self) -> None:
        """What is left is sent, if it can be sent soon: nobody who stops waits for a receiver that is not there."""
        endings = [threading.Thread(target=each.shutdown, daemon=True) for each in (self._traces, self._metrics)]
        for ending in endings:
            ending.start()
        for ending in endings:
            ending.join(CLOSE_WITHIN / len(endings))


class _Work:
    def __init__(self, tracer: trace.Tracer, span: trace.Span) -> None:
        self._tracer = tracer
        self._span = span
        self._step: trace.Span | None = None

    def step(self, name: str) -> None:
        self.end_step()
        self._step = self._tracer.start_span(name, context=trace.set_span_in_context(self._span))

    def rename(self, name: str) -> None:
        self._span.update_name(name)

    def note(self, **facts: Fact) -> None:
        self._span.set_attributes(facts)

    def end_step(self) -> None:
        if self._step is not None:
            self._step.end()
            self._step = None
