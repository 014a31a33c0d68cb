"""`python -m astra_cli`: what `./astra` forwards to once the environment stands."""

from astra_cli.main import run

if __name__ == "__main__":
    run()
