"""Training modules built from safeguarding practice reviews, and the record of who completed them."""

import os

# We have no plugins of Pydantic's; looking for some, it would read about every installed package, for a tenth of a second.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
