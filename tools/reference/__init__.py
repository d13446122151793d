"""The generated parts of the documentation, one module for each kind. `make_reference.py` puts them into the pages."""
