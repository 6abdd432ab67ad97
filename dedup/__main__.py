"""`python -m dedup`: the command line without the installed script."""

from dedup.cli.app import main

raise SystemExit(main())
