"""A fleet of repositories that look real, made by numbers alone, of which every finding is known beforehand."""

from tools.fleet.making import Change, change, make
from tools.fleet.manifest import File, Manifest, Repository, path_of, read
from tools.fleet.rendering import Planted, Recipe

__all__ = ["Change", "File", "Manifest", "Planted", "Recipe", "Repository", "change", "make", "path_of", "read"]
