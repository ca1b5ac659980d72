"""``fenshen admin``: what whoever runs the studio does, and no sitter."""

from fenshen.cli import capacity, complaints, keep_house, label_free, metrics, rotate, trace, webhooks
from fenshen.cli.screen import new_app, told

app = new_app(group=True)
app.command("trace", help=told("verb_trace"))(trace.trace)
app.command("rotate-keys", help=told("rotate_keys"))(rotate.rotate_keys)
app.command("capacity", help=told("verb_capacity"))(capacity.capacity)
app.command("metrics", help=told("verb_metrics"))(metrics.metrics)
app.command("sweep", help=told("admin_sweep"))(keep_house.sweep)
app.add_typer(label_free.app, name="label-free", help=told("verb_label_free"))
app.add_typer(complaints.app, name="complaints", help=told("admin_complaints"))
app.add_typer(webhooks.app, name="webhooks", help=told("admin_webhooks"))
