"""Writes config files of every model type with RoPE, and beside each what the model's own code computes from it.

  python -m venv ENV
  ENV/bin/pip install transformers==5.24.0 torch==2.6.0 torchvision==0.21.0 torchaudio==2.6.0 timm==1.0.15 scipy pillow
  ENV/bin/python tests/oracle/truth.py FOLDER [PRESETS]

and the same with transformers==4.57.6 into another folder. NAME.json is the class's default as save_pretrained writes
it, NAME.bare.json the same without keys about RoPE; with PRESETS, a folder of configs, preset.NAME.json is each of them
loaded and saved again. NAME.truth.json: {"parts": {place: {"model_type", "layers": {layer type: {"rotates", "inv_freq"
(rad per token, as the class's float32 numbers), "attention_factor", "layout", "lengths": {tokens: inv_freq}}}}}}. place
is "" for the file's own object, else a path of keys; the layer type is "" where the class has none. compare.py reads
these files."""

import json
import pathlib
import re
import sys
import tempfile

import torch

import trace
from class_defaults import NO_ATTENTION, ROPE_IF
from package import PretrainedConfig, config_classes, rotating_code

ROPE_KEYS = """rope_theta rope_parameters rope_scaling partial_rotary_factor rotary_pct rotary_emb_base rope_ratio
rope_local_base_freq global_rope_theta local_rope_theta compress_rope_theta""".split()


def saved(config):
    """The file that save_pretrained writes, as an object."""
    with tempfile.TemporaryDirectory() as folder:
        config.save_pretrained(folder)
        return json.loads((pathlib.Path(folder) / "config.json").read_text())


def without_rope_keys(value):
    if not isinstance(value, dict):
        return value
    return {k: without_rope_keys(v) for k, v in value.items() if k not in ROPE_KEYS}


def at_lengths(config, label, modules):
    """{tokens: inv_freq} where the frequencies depend on the length."""
    parameters = getattr(config, "rope_parameters", None) or getattr(config, "rope_scaling", None) or {}
    parameters = parameters.get(label, parameters) or {}
    kind = parameters.get("rope_type", parameters.get("type"))
    if kind not in ("dynamic", "longrope", "su") or not modules:
        return {}
    longest = config.max_position_embeddings
    beside = getattr(config, "original_max_position_embeddings", None)
    trained = parameters.get("original_max_position_embeddings") or beside or longest
    found = {}
    for tokens in (trained + 1, 2 * longest):
        module = type(modules[0])(config)
        more = {"layer_type": label} if label else {}
        with torch.no_grad():
            module(torch.zeros(1, 1, 8), torch.tensor([[tokens - 1]]), **more)
        name = f"{label}_inv_freq" if label else "inv_freq"
        found[str(tokens)] = getattr(module, name).double().flatten().tolist()
    return found


def layer_of(path):
    match = re.search(r"(?:layers|blocks|block|h|layer)\.(\d+)\b", path or "")
    return int(match[1]) if match else None


def truth_of(config):
    """What the code of one configuration does, by layer type; None where nothing could be found out."""
    found, modules = trace.tables(config)
    calls, error, _ = trace.trace(type(config), config)
    calls = [c for c in calls if c[2] and not re.search("indexer|compressor", c[0] or "")]
    try:
        types = list(config.layer_types or [])
    except Exception:
        types = []
    by_type = {}
    for path, _, result in calls:
        layer = layer_of(path)
        label = types[layer] if types and layer is not None and layer < len(types) else ""
        by_type.setdefault(label, []).append((layer, result))
    if (needed := ROPE_IF.get(config.model_type)) and any(getattr(config, k, None) != v for k, v in needed.items()):
        return {"model_type": config.model_type, "layers": {"": {"rotates": False}}}
    axial = trace.is_axial(config)
    layers = {}
    labels = [l for l in found if l] if found and "" not in found else (list(dict.fromkeys(types)) or [""])
    for label in dict.fromkeys(labels + list(by_type)):
        table = found.get(label) or found.get("")
        runs = by_type.get(label, [])
        if label in NO_ATTENTION:
            continue
        ran = any(c[0] != "direct" for c in calls) and error is None
        entry = {"rotates": bool(runs) if ran and label in types else None}
        if runs and len({tuple(r["angles"]) for _, r in runs}) == 1:
            run = runs[0][1]
            entry |= {"layout": run["layout"], "turned": [abs(a) for a in run["angles"]]}
            entry |= {"factor_of_run": run["factor"], "rotation": run["rotation"]}
            if ran and len(runs) < types.count(label):
                entry["rotating_layers"] = sorted({l for l, _ in runs if l is not None})
        elif runs:
            entry["several"] = len({tuple(r["angles"]) for _, r in runs})
        if runs and any(a < 0 for a in runs[0][1]["angles"]) and not entry.get("layout", "").endswith("inverse"):
            entry.pop("turned", None)  # beyond half a turn: DINOv3's positions are fractions
        if table and not axial:
            entry |= {"inv_freq": table[0], "attention_factor": table[1], "lengths": at_lengths(config, label, modules)}
        if len(entry) > 1 or entry["rotates"] is not None:
            layers[label] = entry
    return {"model_type": config.model_type, "stopped": error} | ({"layers": layers} if layers else {})


def parts_of(config, place=""):
    """(place, configuration) of a configuration and of all that are nested in it."""
    yield place, config
    for key in getattr(config, "sub_configs", None) or {}:
        part = getattr(config, key, None)
        if isinstance(part, PretrainedConfig):
            yield from parts_of(part, f"{place}.{key}" if place else key)


def load(file):
    cls = config_classes()[file["model_type"]]
    with tempfile.TemporaryDirectory() as folder:  # by the file, as infinity is spelled in it in a way of its own
        (pathlib.Path(folder) / "config.json").write_text(json.dumps(file))
        return cls.from_pretrained(folder)


def case(folder, name, file):
    """Writes one file and its truth, if any part of it has RoPE."""
    try:
        config = load(file)
        parts = {p: truth_of(c) for p, c in parts_of(config) if type(c) in known() and rotating_code(type(c))}
    except Exception as error:
        print(f"{name}: {type(error).__name__}: {str(error)[:160]}", file=sys.stderr)
        return
    if not parts:
        return
    (folder / f"{name}.json").write_text(json.dumps(file, indent=1))
    (folder / f"{name}.truth.json").write_text(json.dumps({"parts": parts}, indent=1))


def known():
    return set(config_classes().values())


def main(folder, presets=None):
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for model_type, cls in config_classes().items():
        name = model_type.replace("/", "_")
        try:
            config = cls()
            file = saved(config)
        except Exception as error:
            print(f"{name}: not saved: {type(error).__name__}: {str(error)[:120]}", file=sys.stderr)
            continue
        case(folder, name, file)
        case(folder, f"{name}.bare", without_rope_keys(file))
    for path in sorted(pathlib.Path(presets).glob("*.json")) if presets else []:
        given = json.loads(path.read_text())
        given.pop("_ropescope", None)
        if given.get("model_type") not in config_classes():
            continue
        try:
            case(folder, f"preset.{path.stem}", saved(load(given)))
        except Exception as error:
            print(f"preset.{path.stem}: {type(error).__name__}: {str(error)[:160]}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
