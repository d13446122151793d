"""`python -m rebild_policy` is `rebild-policy`."""

from rebild_policy.cli.main import main

if __name__ == "__main__":
    main()
