"""The commands of `./astra`, the table of nodes and the runner that starts them."""
