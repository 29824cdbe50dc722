"""How rows become requests, and replies become columns."""
__all__ = ["serializers", "deserializers"]
