"""Child processes have it as well, as that of elasticapm-run."""
launched = True
