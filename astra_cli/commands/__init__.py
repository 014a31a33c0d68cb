"""One file for each command; `astra_cli.main` names them and their options."""
