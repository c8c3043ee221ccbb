# The full form: PostgreSQL, Redis, separate workers; see docker-compose.yml.
# Debian 13: its pg_dump is of the server's version in docker-compose.yml, and may not be older.
FROM python:3.11-slim-trixie

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
ENV MINSHI_VAR=/data MEDIA_ROOT=/data/media STATIC_ROOT=/app/staticfiles

# pg_dump and pg_restore, for backups
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client-17 && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home minshi \
    && install -d -o minshi -g minshi -m 700 /data /data/media /backups
WORKDIR /app

COPY requirements.lock ./
RUN pip install --require-hashes --only-binary :all: -r requirements.lock

COPY . ./
RUN pybabel compile -D django -d minshi/locale
# Once here: a container, which may write nothing there, would do so at each start.
RUN python -m compileall -q cases minshi supervision villages
# Collecting needs settings that load, not real keys: these live in this one step only.
RUN SECRET_KEY=build FIELD_KEYS=Zm9yLWNoZWNrcy1vbmx5LW5vdC1hLXNlY3JldC1rZXk= INDEX_KEY=build python manage.py collectstatic --noinput

USER minshi
# Not /backups: every container would be given one of its own to write to.
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
    CMD ["python", "-c", "from urllib.request import urlopen; urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
# Preloaded: two workers share what the application fills before they fork (213 MB become 160). Nothing may run then.
CMD ["gunicorn", "minshi.wsgi", "--preload", "--bind", "0.0.0.0:8000", "--workers", "2", "--worker-class", "gthread", \
     "--threads", "8", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
