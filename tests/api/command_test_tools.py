"""The `foyer` command as a test runs it."""

import os
import subprocess


def commander(master, token):
    """Runs the command as one account would."""
    folder = master.folder + "/home"
    os.makedirs(folder, exist_ok=True)
    config = folder + "/config.toml"
    with open(os.open(config, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w",
              encoding="utf-8") as file:
        file.write(f'[profiles.default]\napi = "https://localhost:{master.https}"\n'
                   f'ca_file = "{master.data}/ca/ca.crt"\ntoken = "{token}"\n')

    def run(*words, code=0, stream="stdout"):
        done = subprocess.run([os.environ["FOYER_CLI"], *words], capture_output=True, check=False,
                              env={"PATH": os.environ["PATH"], "FOYER_CONFIG": config})
        assert done.returncode == code, (words, done)
        return getattr(done, stream).decode()
    return run
