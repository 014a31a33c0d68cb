"""Building blocks of Astra-Local's networks; torch is imported at the top here."""
