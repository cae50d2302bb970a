"""The API's door to files: files.py sends and shows one, uploads.py sends a large one in parts."""
