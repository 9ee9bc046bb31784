"""The invariants, a module a subject. Importing this package registers those of every module in it."""

import importlib
import pkgutil

for _module in pkgutil.iter_modules(__path__, __name__ + "."):
    importlib.import_module(_module.name)
