"""The page that says whether every part is at work."""

import pytest
import redis
from django.db import DatabaseError, connection

from nso_contacts import health


@pytest.mark.django_db
def test_all_parts_at_work(client):
    health.beat_lives()
    health.worker_lives()

    answer = client.get("/healthz/")

    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "ok", "worker": "ok", "beat": "ok"}


@pytest.mark.django_db
@pytest.mark.parametrize("part", ["worker", "beat"])
def test_a_part_without_a_sign_of_life_has_failed(client, part):
    health.beat_lives()
    health.worker_lives()
    health.broker.delete(health.SIGNS[part])

    answer = client.get("/healthz/")

    assert answer.status_code == 503
    assert [name for name, state in answer.json().items() if state == "failed"] == [part]


def test_signs_of_life_fade():
    health.beat_lives()

    assert 0 < health.broker.ttl(health.SIGNS["beat"]) <= health.SIGN_SECONDS


@pytest.mark.django_db
def test_without_a_broker_nothing_behind_it_is_known(client, monkeypatch):
    monkeypatch.setattr(health, "broker", redis.Redis(unix_socket_path="/nowhere.sock"))

    answer = client.get("/healthz/")

    assert answer.status_code == 503
    assert answer.json() == {"database": "ok", "broker": "failed", "worker": "failed", "beat": "failed"}


@pytest.mark.django_db
def test_without_a_database(client, monkeypatch):
    def refuse():
        raise DatabaseError

    health.beat_lives()
    health.worker_lives()
    monkeypatch.setattr(connection, "cursor", refuse)

    answer = client.get("/healthz/")

    assert answer.status_code == 503
    assert answer.json()["database"] == "failed"


@pytest.mark.django_db
def test_asking_changes_nothing_and_is_never_cached(client):
    answer = client.get("/healthz/")

    assert "no-store" in answer["Cache-Control"]
    assert client.post("/healthz/").status_code == 405
