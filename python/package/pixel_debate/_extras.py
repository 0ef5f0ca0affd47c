"""What the package needs for some of its parts, and how to install it."""

import importlib

__all__ = ["needed"]


def needed(extra: str, *modules: str) -> None:
    """Raises an ``ImportError`` that says what to install, where one of the modules is missing."""
    for module in modules:
        try:
            importlib.import_module(module)
        except ImportError as error:
            raise ImportError(
                f"this part of pixel_debate needs {module}, which cannot be imported ({error}): "
                f"pip install 'pixel-debate[{extra}]'",
                name=module,
            ) from error
