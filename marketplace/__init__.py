"""The marketplace: the project and the ground floor of its apps."""
