"""Resumable uploads, tus 1.0.0, at /api/v1/uploads/ (docs/http.md; why it is so: docs/design/files.md)."""
