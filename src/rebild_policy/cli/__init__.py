"""The command line: parse arguments, call the library, print. Commands load what they need when they are called."""
