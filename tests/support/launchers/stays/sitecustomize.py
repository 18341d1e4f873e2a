"""As that of elasticapm-run: child processes have it as well."""
launched = True
