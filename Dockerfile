# Posthorn in a container: one process, which compose.yaml starts twice. Whatever it makes lies in VAR_DIR.
FROM python:3.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/posthorn
COPY requirements.txt ./
RUN pip install -r requirements.txt
COPY manage.py ./
COPY config ./config
COPY storage ./storage
COPY chat ./chat
COPY frontend ./frontend
RUN python -m compileall -q .

ENV VAR_DIR=/var/lib/posthorn HOST=0.0.0.0 SERVER=uvicorn
RUN useradd --system --uid 10001 --no-create-home posthorn && install -d -m 700 -o posthorn /var/lib/posthorn
USER posthorn
EXPOSE 8000
# As `make run` does, but for the migration: of many processes that start, none should be surprised by one.
CMD ["sh", "-c", "python manage.py collectstatic --noinput --verbosity 0 && exec python manage.py serve"]
