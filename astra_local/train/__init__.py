"""What teaches Astra-Local: the privileged expert. Never part of a running stack."""
