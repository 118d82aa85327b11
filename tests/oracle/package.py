"""What class_defaults.py and truth.py ask of the installed transformers package: its configuration classes, the model
classes that take them, and which of their code rotates. Nothing is downloaded and no model is built."""

import ast
import functools
import importlib
import inspect
import os
import pathlib
import re
import sys
import warnings

warnings.filterwarnings("ignore")
os.environ["HF_HUB_OFFLINE"] = "1"  # some classes would ask for a file of another package
import transformers
from transformers import PretrainedConfig, PreTrainedModel
from transformers.models.auto.configuration_auto import CONFIG_MAPPING
from transformers.models.auto.modeling_auto import MODEL_MAPPING

transformers.utils.logging.set_verbosity(60)
ROOT = pathlib.Path(transformers.__file__).parent / "models"


def modules(kind):
    """Every module models/*/<kind>_*.py that can be imported here."""
    for file in sorted(ROOT.glob(f"*/{kind}_*.py")):
        if "_tf_" in file.stem or "_flax_" in file.stem:
            continue
        try:
            yield importlib.import_module(f"transformers.models.{file.parent.name}.{file.stem}")
        except Exception as error:  # an optional dependency is missing: said, as its types go without a measurement
            print(f"not imported: {file.stem}: {error}", file=sys.stderr)


def own_classes(module, base):
    return [c for c in vars(module).values() if issubclass_(c, base) and c.__module__ == module.__name__]


@functools.cache
def config_classes():
    """{model_type: class}. Where two classes share a type, AutoConfig's counts."""
    found = {}
    for module in modules("configuration"):
        for c in own_classes(module, PretrainedConfig):
            if c.model_type:
                found.setdefault(c.model_type, c)
    for name in CONFIG_MAPPING.keys():
        found[name] = CONFIG_MAPPING[name]
    return dict(sorted(found.items()))


def value_of(config, key):
    """Of an attribute; None where there is none, or where it differs from layer to layer."""
    try:
        return getattr(config, key, None)
    except ValueError:
        return None


def config_of(model):
    """The configuration class that a model class takes, or None."""
    for base in model.__mro__:
        if base is PreTrainedModel:
            return None
        given = base.__dict__.get("config_class") or base.__dict__.get("__annotations__", {}).get("config")
        if isinstance(given, str):
            given = getattr(sys.modules[base.__module__], given.split("|")[0].strip(), None)
        if inspect.isclass(given) and issubclass(given, PretrainedConfig):
            return given


@functools.cache
def model_classes():
    """{configuration class: [model classes]}, the plain ones before those with a head."""
    found = {}
    for module in modules("modeling"):
        for c in own_classes(module, PreTrainedModel):
            if config := config_of(c):
                found.setdefault(config, []).append(c)
    for config in config_classes().values():  # classes that borrow another's models
        if config not in found and config in MODEL_MAPPING:
            try:
                model = MODEL_MAPPING[config]
            except ImportError:
                continue
            models = model if isinstance(model, tuple) else (model,)
            found[config] = [m for m in models if m.__module__ in sys.modules]
    for classes in found.values():
        classes.sort(key=lambda c: ("For" in c.__name__, not c.__name__.endswith("Model")))
    return found


@functools.cache
def definitions(module):
    """{name: syntax tree} of a module's top level. inspect.getsource would parse the module anew for every class."""
    found = ast.parse(pathlib.Path(module.__file__).read_text())
    return {n.name: n for n in found.body if isinstance(n, (ast.ClassDef, ast.FunctionDef))}


def tree(thing):
    """The syntax tree of a class or function of the package, or None."""
    return definitions(sys.modules[thing.__module__]).get(thing.__name__)


@functools.cache
def names_in(thing):
    """Names in the bodies of a function or of a class's methods. Decorators, class attributes and _init_weights name
    code that is not run (`@use_kernelized_func(apply_rotary_pos_emb)` stands before attention that does not rotate)."""
    found = tree(thing)
    methods = found.body if isinstance(found, ast.ClassDef) else [found]
    bodies = [m.body for m in methods if isinstance(m, ast.FunctionDef) and m.name != "_init_weights"]
    return {n.id for body in bodies for line in body for n in ast.walk(line) if isinstance(n, ast.Name)}


@functools.cache
def code_of(config):
    """Every class and function of the package that models of this configuration class are made of, without the models
    of another configuration class inside them (the language model of a multimodal one)."""
    # Mimi's halves have classes of their own, which inherit from that of the whole.
    halves = [c for c in config.__subclasses__() if c.__module__ == config.__module__]
    models = [m for c in [config, *halves] for m in model_classes().get(c, [])]
    own = {config} | {config_of(m) for m in models}
    seen, todo = [], [m for m in models if not m.__name__.endswith("PreTrainedModel")]
    while todo:
        thing = todo.pop(0)
        if thing in seen:
            continue
        seen.append(thing)
        space = vars(sys.modules[thing.__module__])
        names = names_in(thing)
        if inspect.isclass(thing):  # methods that a base class in the package has
            for base in thing.__mro__[1:]:
                if base.__module__.startswith("transformers.models"):
                    names |= names_in(base)
        for name in sorted(names):
            value = space.get(name)  # a class, a function, or a table of classes
            for other in value.values() if isinstance(value, dict) else [value]:
                if not (inspect.isclass(other) or inspect.isfunction(other)) or issubclass_(other, PretrainedConfig):
                    continue
                if issubclass_(other, PreTrainedModel) and config_of(other) not in own:
                    continue
                if other.__module__.startswith("transformers.models"):
                    todo.append(other)
    return seen


def issubclass_(thing, base):
    return inspect.isclass(thing) and issubclass(thing, base)


def rotating_code(config):
    """Of those, what has to do with rotary embeddings by its name or by a method's."""
    word = re.compile(r"rotary|(?<!eu)rope(?!r|_index)", re.I)

    def methods(thing):
        found = tree(thing)
        return [m.name for m in found.body if isinstance(m, ast.FunctionDef)] if isinstance(found, ast.ClassDef) else []

    return [c for c in code_of(config) if any(word.search(name) for name in [c.__name__, *methods(c)])]
