"""Runs a model of a configuration without weights and reports what its attention does to queries.

The model lies on PyTorch's `meta` device (shapes, no numbers), its rotary modules and the functions that rotate on the
CPU: there a query of basis vectors goes through, at position 1 of every axis. From the matrix that comes out follow the
pairs, their angles (position 1: the frequency itself) and the factor of cos and sin, for every layer that rotates."""

import contextlib
import functools
import inspect
import math
import re
import sys

import torch
from torch import nn
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_map

import package
from package import PreTrainedModel, code_of, model_classes, own_classes

torch.set_num_threads(1)
IS_MODULE = re.compile(r"Rotary|Rope|RoPE")
NOT_A_TABLE = re.compile(r"Attention|Layer|Model|For[A-Z]|Encoder$|Block|Attn")
IS_FUNCTION = re.compile(r"_?(vision_)?apply_.*(rope|rotary)|rotate_queries_or_keys")

found = []  # (path of the layer, what `measure` says), as the run of a model goes


def on_meta(value):
    return isinstance(value, torch.Tensor) and value.device.type == "meta"


AXIS = None  # of several position axes the only one that stands at 1; None: all do


def real(value):
    """Numbers for a tensor without: zeros, and for positions 1."""
    if not isinstance(value, torch.Tensor):
        return value
    if value.dtype.is_floating_point:
        return torch.zeros(value.shape) if on_meta(value) else value
    if on_meta(value):
        value = torch.ones(value.shape, dtype=value.dtype)
    if AXIS is not None and value.dim() > 1:
        several = -1 if value.shape[-1] in (2, 3) else 0 if value.shape[0] in (3, 4) else None
        if several is not None:
            mask = torch.zeros(value.shape, dtype=value.dtype)
            mask.select(several, AXIS).fill_(1)
            value = value * mask
    return value


def without_values(value):
    """The same tensor on `meta`."""
    return torch.empty(value.shape, dtype=value.dtype, device="meta") if isinstance(value, torch.Tensor) else value


def matrix(function, arguments):
    """Of a linear function of its first tensor on `meta`: its last row's outputs by that row's inputs."""
    (name, query), *others = [(n, v) for n, v in arguments.arguments.items() if on_meta(v)]
    for other, value in others:
        arguments.arguments[other] = torch.zeros(value.shape)
    columns = []
    for i in range(query.shape[-1]):
        arguments.arguments[name] = torch.eye(query.shape[-1])[i].expand(query.shape).clone()
        with torch.device("cpu"):
            out = function(*arguments.args, **arguments.kwargs)
        first = out[0] if isinstance(out, (tuple, list)) else out
        columns.append(first.reshape(-1, first.shape[-1])[-1].double())
    return torch.stack(columns, dim=1), out


def shape_of_pairs(blocks, size):
    """The word for how inputs and outputs of the pairs lie in a head of `size` components."""
    inputs = [b["in"] for b in blocks]
    stride = {j - i for i, j in inputs}
    if stride == {1} and len(blocks) > 1:
        word = "interleaved"
    elif len(stride) == 1:
        word = "half"
    else:
        return "other"
    outputs = [b["out"] for b in blocks]
    if inputs != outputs:
        if word == "interleaved" and len({b - a for a, b in outputs}) == 1:
            word = "interleaved_to_half"
        else:
            return "other"
    firsts = [i for i, _ in inputs]
    if word == "half" and firsts != list(range(firsts[0], firsts[0] + len(firsts))):
        word = "half_two_blocks"
    if firsts[0] > 0 and max(j for _, j in inputs) == size - 1:
        word += "_trailing"
    if all(b["angle"] < 0 for b in blocks):
        word += "_inverse"
    return word


def measure(m):
    """Pairs, angles and factor of the matrix of a rotation."""
    groups = {}
    for o, row in enumerate(m):
        groups.setdefault(tuple(row.nonzero().flatten().tolist()), []).append(o)
    pairs = sorted((i, o) for i, o in groups.items() if len(i) == 2 and len(o) == 2)
    blocks, rotation = [], True
    for (i, j), (a, b) in pairs:
        (c, d), (s, e) = (m[a, i].item(), m[a, j].item()), (m[b, i].item(), m[b, j].item())
        rotation &= abs(c - e) + abs(s + d) < 1e-6
        blocks.append({"in": (i, j), "out": (a, b), "angle": math.atan2(s, c), "factor": math.hypot(s, c)})
    if not blocks:
        return None
    return {
        "layout": shape_of_pairs(blocks, len(m[0])),
        "head": len(m[0]),
        "first": blocks[0]["in"][0],
        "stride": blocks[0]["in"][1] - blocks[0]["in"][0],
        "pairs": [b["in"][0] for b in blocks],
        "angles": [b["angle"] for b in blocks],
        "factor": blocks[0]["factor"],
        "rotation": rotation,
    }


def path_of(frame):
    while frame:
        module = frame.f_locals.get("self")
        if isinstance(module, nn.Module) and hasattr(module, "oracle_path"):
            return module.oracle_path
        frame = frame.f_back


def watched(function):
    seen = {}

    @functools.wraps(function)
    def inner(*args, **kwargs):
        arguments = inspect.signature(function).bind(*args, **kwargs)
        if not any(on_meta(v) for v in arguments.arguments.values()):
            return function(*args, **kwargs)
        tensors = [v for v in arguments.arguments.values() if isinstance(v, torch.Tensor)]
        tables = [v.reshape(-1)[-v.shape[-1] :].tolist() for v in tensors if not on_meta(v) and v.dim()]
        key = repr(([tuple(v.shape) for v in tensors], tables))
        if key not in seen:
            m, out = matrix(function, arguments)
            seen[key] = measure(m), out
        result, out = seen[key]
        found.append((path_of(sys._getframe(1)), function.__name__, result))
        return tree_map(without_values, tuple(out) if isinstance(out, list) else out)

    inner.oracle_of = function
    return inner


def keep_real(cls):
    """Makes a rotary module's buffers and results real."""
    if hasattr(cls, "oracle_real"):
        return
    cls.oracle_real = True
    init, forward = cls.__init__, cls.forward

    def __init__(self, *args, **kwargs):
        with torch.device("cpu"):
            init(self, *args, **kwargs)

    def forward_(self, *args, **kwargs):
        with torch.device("cpu"):
            return forward(self, *map(real, args), **{k: real(v) for k, v in kwargs.items()})

    cls.__init__, cls.forward = __init__, forward_


def is_table(cls):
    return IS_MODULE.search(cls.__name__) and not NOT_A_TABLE.search(cls.__name__)


def prepare(config_class):
    for module in {sys.modules[c.__module__] for c in code_of(config_class)}:
        for cls in own_classes(module, nn.Module):
            if is_table(cls):
                keep_real(cls)
            for name, method in list(vars(cls).items()):
                plain = method.__func__ if isinstance(method, staticmethod) else method
                if IS_FUNCTION.match(name) and inspect.isfunction(plain) and not hasattr(plain, "oracle_of"):
                    other = watched(plain)
                    setattr(cls, name, staticmethod(other) if isinstance(method, staticmethod) else other)
        for name, function in list(vars(module).items()):
            if not inspect.isfunction(function):
                continue
            if re.match(r"create_.*mask|_update_.*_mask", name):  # they branch by the numbers of a mask
                flat = re.search(r"linear|recurrent|mamba", name)
                mask = None if flat else torch.zeros(1, 1, LENGTH, LENGTH, device="meta")
                setattr(module, name, lambda *a, mask=mask, **k: mask)
            elif IS_FUNCTION.match(name) and not hasattr(function, "oracle_of"):
                setattr(module, name, watched(function))


LENGTH = 5  # tokens: neither 2 nor 3 nor 4, which are numbers of axes


def nothing(tensor, as_tuple=False):
    """What nonzero() gives of zeros."""
    return (
        torch.empty(0, tensor.dim(), dtype=torch.long, device="meta").unbind(1)
        if as_tuple
        else torch.empty(0, tensor.dim(), dtype=torch.long, device="meta")
    )


def without_numbers():
    """A tensor on `meta` has no numbers to branch by: zero is as good as any."""
    for name, otherwise in (("item", 0), ("__bool__", False), ("__int__", 0), ("__float__", 0.0), ("__index__", 1)):
        method = getattr(torch.Tensor, name)
        setattr(torch.Tensor, name, lambda self, m=method, o=otherwise: o if on_meta(self) else m(self))
    tolist = torch.Tensor.tolist
    torch.Tensor.tolist = lambda self: torch.zeros(self.shape).tolist() if on_meta(self) else tolist(self)
    for owner in (torch.Tensor, torch):
        owner.nonzero = lambda t, f=owner.nonzero, **k: nothing(t, **k) if on_meta(t) else f(t, **k)
    to = torch.Tensor.to

    def keep(self, *args, **kwargs):  # what is real stays so, wherever it is sent
        moved = to(self, *args, **kwargs)
        return to(self, moved.dtype) if on_meta(moved) and not on_meta(self) else moved

    torch.Tensor.to = keep
    where = torch.where
    torch.where = lambda c, *a, **k: where(c, *a, **k) if a or k or not on_meta(c) else torch.nonzero(c, as_tuple=True)
    PreTrainedModel.post_init = lambda self: None
    PreTrainedModel.init_weights = lambda self: None
    for name in dir(nn.init):
        if name.endswith("_") and not name.startswith("_"):
            setattr(nn.init, name, lambda tensor, *a, **k: tensor)


model_classes()  # before, as some modules compile code of theirs when they are imported
without_numbers()


class Mixed(TorchFunctionMode):
    """Lets a model compute with tensors of both kinds: where one is without numbers, so is the result."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        try:
            return function(*args, **(kwargs or {}))
        except RuntimeError:
            args, kwargs = tree_map(without_values, (args, kwargs or {}))
            return function(*args, **kwargs)


def build(config_class, config):
    """A model of it without weights; the first class that can be made."""
    prepare(config_class)
    with contextlib.suppress(Exception):
        config._attn_implementation = "eager"
    error = "no model class"
    for cls in model_classes().get(config_class, []):
        if cls.__name__.endswith("PreTrainedModel"):
            continue
        try:
            with torch.device("meta"):
                model = cls(config)
            for name, module in model.named_modules():
                module.oracle_path = name
            return model.eval(), None
        except Exception as e:
            error = f"{cls.__name__}: {type(e).__name__}: {str(e)[:120]}"
    return None, error


def first(config, *names, otherwise=None):
    for name in names:
        value = getattr(config, name, None)
        if value is not None:
            return value[0] if isinstance(value, (list, tuple)) else value
    return otherwise


def inputs(model, config):
    """Arguments for `forward` by the names of its parameters: some tokens, or an image of 2 × 2 patches."""
    names = inspect.signature(model.forward).parameters
    width = first(config, "hidden_size", "d_model", "embed_dim", otherwise=8)
    patch = first(config, "patch_size", otherwise=16)
    channels = first(config, "in_channels", "num_channels", "in_chans", otherwise=3)
    frames = first(config, "temporal_patch_size", otherwise=1)
    side = max(2, first(config, "spatial_merge_size", "merge_kernel_size", otherwise=1))
    size = first(config, "image_size", otherwise=side * patch)
    bands = first(config, "num_mel_bins", "feature_projection_input_dim", otherwise=80)
    grid = torch.tensor([[1, side, side]])
    tokens = torch.empty(1, LENGTH, dtype=torch.long, device="meta")
    pixels = (1, channels, size, size)
    if "pixel_position_ids" in names:  # Gemma 4's patches, flat, in blocks of 3 × 3
        pixels = (1, side * side * 9, channels * patch * patch)
    elif "grid_thw" in names:
        pixels = (side * side, channels, patch, patch)
    hidden = (side * side, channels * frames * patch * patch) if "grid_thw" in names else (1, LENGTH, width)
    shapes = {
        "pixel_values": pixels,
        "hidden_states": hidden,
        "inputs_embeds": (1, LENGTH, width),
        "input_features": (1, 64, bands),
        "input_values": (1, 1, 16000),
        "latents": (1, width, 8),
    }
    given = {
        "input_ids": tokens,
        "position_ids": tokens,
        "decoder_input_ids": tokens,
        "grid_thw": grid,
        "image_grid_thw": grid,
        "num_patches": 1,
        "pixel_position_ids": torch.ones(1, side * side * 9, 2, dtype=torch.long),
        "use_cache": False,
    } | {name: torch.empty(shape, device="meta") for name, shape in shapes.items()}
    needed = {n for n, p in names.items() if p.default is inspect.Parameter.empty}
    wanted = needed | {"input_ids", "use_cache"}
    if "input_ids" not in names:
        wanted |= {"pixel_values", "input_features", "input_values", "latents"}
    return {n: given[n] for n in names if n in wanted and n in given}


def expected_head(config):
    """The head of a reader who knows of head_dim and the division alone; None where it differs from layer to layer."""
    try:
        head = getattr(config, "head_dim", None)
    except Exception:
        return None
    if not head and getattr(config, "hidden_size", None) and getattr(config, "num_attention_heads", None):
        head = config.hidden_size // config.num_attention_heads
    return head


def is_axial(config):
    """Whether the frequencies start anew for each axis, so that a module holds those of one."""
    said = repr(getattr(config, "rope_parameters", None))
    return "axial" in said or config.model_type in ("dinov3_vit", "eomt_dinov3", "sapiens2")


def tables(config):
    """{layer type or "": (inv_freq, factor)} of the rotary modules of a configuration, and the modules."""
    found, modules = {}, []
    for cls in code_of(type(config)):
        if not (isinstance(cls, type) and issubclass(cls, nn.Module) and is_table(cls)):
            continue
        try:
            module = cls(config)
        except Exception:
            continue
        for name, value in module.named_buffers():
            match = re.fullmatch(r"(?:(\w+?)_)?inv_freq", name)
            spoilt = value.dim() > 1 or value.device.type != "cpu"  # Pixtral of 4.57 has angles of every position in it
            if match and not (match[1] or "").endswith("original") and not spoilt:
                label = match[1] or ""
                factor = getattr(module, f"{label}_attention_scaling" if label else "attention_scaling", 1.0)
                found.setdefault(label, (value.double().flatten().tolist(), float(factor)))
                modules.append(module)
    return found, modules


def direct(config_class, config):
    """The same without a run: the one rotary module's tables at position 1, through the one function that rotates."""
    prepare(config_class)
    modules = [c for c in code_of(config_class) if inspect.isclass(c) and issubclass(c, nn.Module) and is_table(c)]
    functions = list(apply_functions(config_class))
    if len(modules) != 1 or len(functions) != 1:
        return []
    function = getattr(functions[0], "oracle_of", functions[0])
    best = []
    for axes in (2, 3) if is_axial(config) else (1,):
        if AXIS is not None and AXIS >= axes:
            continue
        with contextlib.suppress(Exception):
            cos, sin = modules[0](config)(torch.zeros(1, 1, 8), torch.ones(1, axes, dtype=torch.long))
            for shape in ((1, 1, cos.shape[-1]), (1, 1, 1, cos.shape[-1])):
                with contextlib.suppress(Exception):
                    query = torch.empty(shape, device="meta")
                    m, _ = matrix(function, inspect.signature(function).bind(query, query, cos, sin))
                    result = measure(m)
                    fits = result and result["head"] <= (expected_head(config) or 4096)
                    if fits and (not best or len(result["pairs"]) > len(best[0][2]["pairs"])):
                        best = [("direct", function.__name__, result)]
    return best


def trace(config_class, config):
    """[(path, function, measurement)] of every rotation in one run, and what stopped the run, or None."""
    if config.model_type == "vjepa2":
        return [], "its least video is too long", None
    model, error = build(config_class, config)
    if model is None:
        return direct(config_class, config), error, None
    found.clear()
    try:
        with torch.no_grad(), Mixed():
            model(**inputs(model, config))
    except Exception as e:
        import traceback

        at = traceback.extract_tb(e.__traceback__)[-1]
        error = f"{type(e).__name__}: {str(e)[:100]} ({at.filename.rsplit('/', 1)[-1]}:{at.lineno})"
    calls = list(found)
    if not any(c[2] for c in calls):
        calls = direct(config_class, config)
    return calls, error, model


def apply_functions(config_class):
    """Functions and methods of the code that rotate, by name."""
    for thing in code_of(config_class):
        if inspect.isfunction(thing) and IS_FUNCTION.match(thing.__name__):
            yield thing
        elif inspect.isclass(thing):
            for name, method in vars(thing).items():
                method = method.__func__ if isinstance(method, staticmethod) else method
                if IS_FUNCTION.match(name) and inspect.isfunction(method):
                    if "self" not in inspect.signature(method).parameters:
                        yield method


def layouts_without_run(config_class):
    """What each of these functions does under a table of one angle, where the model as a whole cannot be run."""
    words, size, angle = set(), 64, 0.5
    shapes = [(*batch, LENGTH, n) for n in (size, size // 2) for batch in ((1,), (), (1, 1))]
    for function in apply_functions(config_class):
        function = getattr(function, "oracle_of", function)
        names = inspect.signature(function).parameters
        for shape, query in ((s, q) for s in shapes for q in ((1, 1, LENGTH, size), (1, LENGTH, 1, size))):
            cos, sin = torch.full(shape, math.cos(angle)), torch.full(shape, math.sin(angle))
            given = {
                n: cos if "cos" in n else sin if "sin" in n else torch.empty(query, device="meta")
                for n, p in names.items()
                if p.default is p.empty or n in ("cos", "sin")
            }
            try:
                m, _ = matrix(function, inspect.signature(function).bind(**given))
                result = measure(m)
            except Exception:
                continue
            if result and result["rotation"] and abs(abs(result["angles"][0]) - angle) < 1e-6:
                words.add(result["layout"])
                break
    return words
