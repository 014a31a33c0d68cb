"""Training of what Astra-Local learns: it reads shards and nothing else. No part of a stack."""
