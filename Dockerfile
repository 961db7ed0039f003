# The image of web, worker, beat and the migration step; what differs is the command (docker-compose.yml).
FROM python:3.13-slim AS build
RUN apt-get update \
    && apt-get install --yes --no-install-recommends gcc libc6-dev libpq-dev \
    && rm -rf /var/lib/apt/lists/*
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
COPY requirements.txt requirements-image.txt /tmp/
# The driver from source in place of the ready-made one: its libraries are then the distribution's, with its updates.
RUN pip install --no-cache-dir --require-hashes --no-deps -r /tmp/requirements.txt \
    && pip uninstall --yes psycopg2-binary \
    && pip install --no-cache-dir --require-hashes --no-deps --no-binary psycopg2 -r /tmp/requirements-image.txt

FROM python:3.13-slim
# Backups need PostgreSQL's own programs, as new as the server; the distribution's are older.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends libpq5 postgresql-common \
    && /usr/share/postgresql-common/pgdg/apt.postgresql.org.sh -y \
    && apt-get install --yes --no-install-recommends postgresql-client-18 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --create-home office
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NSO_STATE_DIR=/data \
    FILES_ROOT=/data/files \
    STATIC_ROOT=/srv/static
COPY --from=build /venv /venv
WORKDIR /srv/nso-contacts
COPY manage.py ./
COPY nso_contacts ./nso_contacts
COPY stakeholders ./stakeholders
COPY workshops ./workshops
COPY feedback ./feedback
COPY templates ./templates
COPY static ./static
COPY locale ./locale
# Collecting needs settings but no services: these values are of this one step and in no layer's environment.
RUN SECRET_KEY=build BASE_URL=http://build DATABASE_URL=postgresql://build/build REDIS_URL=redis://build \
    DEFAULT_FROM_EMAIL=build@nso.example python manage.py collectstatic --noinput --verbosity 0
USER office
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "nso_contacts.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--no-control-socket"]
