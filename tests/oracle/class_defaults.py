"""Writes core/model/class_defaults.cpp: what the configuration classes of the published transformers package say where
a file says nothing, and what their models do with it. What each member means: core/model/class_defaults.h.

  python -m venv ENV
  ENV/bin/pip install transformers==5.24.0 torch==2.6.0 torchvision==0.21.0 torchaudio==2.6.0 timm==1.0.15 scipy pillow
  ENV/bin/python tests/oracle/class_defaults.py core/model/class_defaults.cpp

Nothing is downloaded and no model is run as a whole: values come from the classes, "does it rotate" from the syntax
tree of the model code, pairings from running the function that the attention calls."""

import ast
import dataclasses
import json
import re
import sys

import package
import trace
from package import config_classes, rotating_code

KEYS = """hidden_size num_attention_heads num_key_value_heads head_dim kv_channels attention_head_dim global_head_dim
qk_rope_head_dim qk_nope_head_dim rotary_dim rotary_pct partial_rotary_factor max_position_embeddings
original_max_position_embeddings num_hidden_layers sliding_window layer_types image_size patch_size spatial_merge_size
position_embedding_type position_embeddings_type alibi per_layer_config sliding_window_pattern layers_block_type
attn_temperature_tuning floor_scale attn_scale swa_head_dim swa_num_attention_heads grid_size tubelet_size""".split()
WORD = re.compile(r"rope|rotary|theta|nope|alibi|mrope")


def plain(value):
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value if isinstance(value, (int, float, str, bool, type(None))) else str(value)


def defaults(config):
    """The class's values as they stand in it, by canonical names."""
    back = {theirs: ours for ours, theirs in config.attribute_map.items()}
    found = {}
    for field in dataclasses.fields(config):
        key = back.get(field.name, field.name)
        if key not in KEYS and not WORD.search(key):
            continue
        value = field.default
        if value is dataclasses.MISSING:
            if field.default_factory is dataclasses.MISSING:
                continue
            value = field.default_factory()
        found[key] = plain(value)
    # Not a field but an attribute of the class: what an absent rope_theta means.
    if "rope_parameters" in found:
        found.setdefault("rope_theta", config.default_theta)
    return found


# Whether a model rotates may depend on its file: the key and the value with which it does (read in the model code).
ROPE_IF = {
    "esm": {"position_embedding_type": "rotary"},
    "falcon": {"alibi": False},
    "granitemoehybrid": {"position_embedding_type": "rope"},
    "seamless_m4t": {"position_embeddings_type": "rotary"},
    "wav2vec2-bert": {"position_embeddings_type": "rotary"},
    "wav2vec2-conformer": {"position_embeddings_type": "rotary"},
    "zamba2": {"use_mem_rope": True},
    "clvp_encoder": {"use_rotary_embedding": True},
}
# Functions that a synthetic table does not fit: read.
LAYOUTS = {
    "clvp": "half",
    "clvp_decoder": "half",
    "clvp_encoder": "half",
    "llama4_vision_model": "interleaved",
    "roformer": "interleaved",
    "t5_gemma_module": "half",
    "seamless_m4t": "half",
    "wav2vec2-bert": "half",
    "wav2vec2-conformer": "half",
}
# Tables of one pairing and pairs of another: each component of a pair turns by an angle of its own.
NOT_A_ROTATION = {"vjepa2"}
# Where the rotary head is neither head_dim nor hidden_size / num_attention_heads.
HEADS = {
    "efficientloftr": "hidden_size",  # the row, before it is split into heads
    "qwen2_vl_vision": "embed_dim / num_heads",
    "zamba2": "2 * hidden_size / num_attention_heads",
}
NO_ATTENTION = {"linear_attention", "conv", "mamba", "moe", "recurrent"}


# Names alone mislead: code that is shared and not used here, or parts that have a row of their own, and the reverse.
RESTS = {"clvp", "clvp_decoder", "diffusion_gemma", "moshi_depth", "t5gemma"}
ROTATES = {"t5_gemma_module"}


def once(values):
    return list(dict.fromkeys(values))


def axes_of(config_class, config, main):
    """Which position axis turns which pair, by letting one axis after the other leave 0; None where there is one."""
    pairs, whole = main[0][2]["pairs"], main[0][2]["angles"]
    by_axis = []
    for axis in range(4):
        trace.AXIS = axis
        calls = [c[2] for c in trace.trace(config_class, config)[0] if c[2] and c[0] == main[0][0]]
        trace.AXIS = None
        turned = dict(zip(calls[0]["pairs"], calls[0]["angles"])) if calls else {}
        if axis == 0 and turned == dict(zip(pairs, whole)):
            return None
        by_axis.append(turned)
    while by_axis and not by_axis[-1]:
        by_axis.pop()
    letters = "".join(next((str(i) for i, t in enumerate(by_axis) if p in t), "-") for p in pairs)
    found = {"count": len(by_axis), "of_pair": letters}
    if len(by_axis) > 1 and list(by_axis[0].values()) == list(by_axis[1].values()):
        found["restarts"] = True
    return found


PROBES = {
    "rope_theta": 777.0,
    "partial_rotary_factor": 0.375,
    "head_dim": 48,
    "rope_scaling": {"type": "linear", "factor": 3.0},
    "rope_parameters": {"rope_type": "default", "rope_theta": 777.0},
}


def with_partial(config):
    """Its rope_parameters with an unusual partial_rotary_factor in each object."""
    parameters = plain(getattr(config, "rope_parameters", None) or {})
    for each in [v for v in parameters.values() if isinstance(v, dict)] or [parameters]:
        each["partial_rotary_factor"] = 0.375
    return parameters


def what_class_reads(config_class, settings):
    """Keys of a file that change no frequency, and what the class adds to rope_parameters that name a base alone."""

    def read(**more):
        made = config_class(**settings, **json.loads(json.dumps(more)))
        return made, {label: t[0] for label, t in trace.tables(made)[0].items()}

    made, plain_tables = read()
    if not plain_tables:
        return {}
    probes = {**PROBES, "rope_parameters.partial_rotary_factor": {"rope_parameters": with_partial(made)}}
    found, ignored = {}, []
    for key, value in probes.items():
        more = value if "." in key else {key: value}
        try:
            made, changed = read(**more)
        except Exception:  # the class refuses the key or the value
            continue
        if changed == plain_tables:
            ignored.append(key)
        elif key == "rope_parameters":
            got = plain(made.rope_parameters)
            added = {k: v for k, v in got.items() if value.get(k) != v}
            if added and value.items() <= {**got, "rope_type": "default"}.items():
                found["fills"] = added
    return found | ({"ignores": ignored} if ignored else {})


def what_code_does(name, config_class, config):
    if name in NOT_A_ROTATION:
        return {"not_a_rotation": True}, None, []
    found = {}
    calls, error, _ = trace.trace(config_class, config)
    turned = [c for c in calls if c[2]]
    main = [c for c in turned if not re.search("indexer|compressor", c[0] or "")]
    words = once(c[2]["layout"] for c in main)
    if not words:
        words = sorted(trace.layouts_without_run(config_class))
    if name in LAYOUTS:  # some of these are given whole rows, which they split into heads themselves
        return {"layout": LAYOUTS[name]}, error, []
    if len(words) == 1 or main:
        found["layout"] = max(words, key=[c[2]["layout"] for c in main].count)
    if len(words) > 1:
        found["other_layouts"] = [w for w in words if w != found.get("layout")]
    others = once(c[2]["layout"] for c in turned if c not in main)
    if others and others != [found.get("layout")]:
        found["indexer_layouts"] = others
    if main:
        if axes := axes_of(config_class, config, main):
            found["axes"] = axes
        pairs = once(len(c[2]["angles"]) for c in main)
        found["pairs"] = pairs[0] if len(pairs) == 1 else pairs
        if not all(c[2]["rotation"] for c in main):
            found["not_a_rotation"] = True
    types = getattr(config, "layer_types", None)
    if isinstance(types, (list, tuple)) and error is None:
        at = {int(i) for c in turned for i in re.findall(r"layers\.(\d+)\.", (c[0] or "") + ".")[:1]}
        rotating = once(t for i, t in enumerate(types) if i in at)
        resting = once(t for i, t in enumerate(types) if i not in at)
        if at and resting:
            found["rotating_layer_types"] = rotating
            if set(rotating) & set(resting):
                found["rotating_layers"] = sorted(at)
    return found, error, main


POSITIONS = (  # a word, and what the code of a model with such positions has; the first that fits counts
    ("alibi", r"alibi"),
    ("relative", r"relative_attention_bias|relative_position|rel_pos|RelPosition|relative_key|distance_embedding"),
    ("sinusoidal", r"[Ss]inusoid|SinePositionEmbedding"),
    ("absolute", r"self\.\w*(pos|wpe)\w* = (self\.\w+\()?(nn\.(Embedding|Parameter)|\w*Pos\w*Emb)|add_position_emb"),
)
# Neither: recurrent layers know the order (read in the model code).
NO_POSITIONS = set("falcon_mamba glm5_next_text jamba kimi_linear mamba mamba2 nemotron_h rwkv xlstm zamba".split())


def positions(config):
    """Where no code rotates: how a model knows the order of its tokens, in a word, or None."""
    if getattr(config, "position_embedding_type", None) in ("absolute", "alibi"):
        return config.position_embedding_type
    trees = [package.tree(c) for c in package.code_of(config)]
    text = "\n".join(ast.unparse(t) for t in trees if t)
    for word, pattern in POSITIONS:
        if re.search(pattern, text):
            return word
    return "none" if config.model_type in NO_POSITIONS else None


PART_KEYS = "hidden_size num_attention_heads head_dim max_position_embeddings rope_parameters".split()


def what_parts_get(config, parts):
    """Where a composite class gives its parts other values than their own classes do: `part_defaults` to a nested
    object without keys, `absent_parts` where there is none; `flat`: the part that keys beside the parts belong to."""

    def values(part):
        return {k: plain(package.value_of(part, k)) for k in PART_KEYS}

    found = {}
    for key, part_type in parts.items():
        part = config_classes().get(part_type)
        if part is None or not rotating_code(part):
            continue
        for word, given in (("part_defaults", {key: {"model_type": part_type}}), ("absent_parts", {})):
            try:
                own, made = values(part()), getattr(config(**given), key)
                got = values(made) if made is not None else own  # optional, and not there
            except Exception:  # cannot be made so
                continue
            if other := {k: v for k, v in got.items() if own[k] != v}:
                found.setdefault(word, {})[key] = other
        try:
            if config(hidden_size=768).__dict__[key].hidden_size == 768 != part().hidden_size:
                found["flat"] = key
        except Exception:
            continue
    return found


def row(name, config):
    found = {"rope": name in ROTATES or (name not in RESTS and bool(rotating_code(config)))}
    parts = {k: s.model_type for k, s in (config.sub_configs_defaults or {}).items() if s.model_type}
    if parts:
        found["parts"] = parts
        found |= what_parts_get(config, parts)
    if not found["rope"]:
        if word := None if parts else positions(config):
            found["positions"] = word
        return found
    found["defaults"] = defaults(config)
    names = {ours: theirs for ours, theirs in config.attribute_map.items() if ours in found["defaults"]}
    if names:
        found["names"] = names
    try:
        made = config(**ROPE_IF.get(name, {}))
    except Exception as error:
        print(f"not made: {config.__name__}: {error}", file=sys.stderr)
        return found
    if parameters := getattr(made, "rope_parameters", None):
        found["rope_parameters"] = plain(parameters)
    if isinstance(types := getattr(made, "layer_types", None), (list, tuple)):
        found["layer_types"] = once(types)
        if resting := [t for t in found["layer_types"] if t in NO_ATTENTION]:
            found["no_attention_layer_types"] = resting
    if name in ROPE_IF:
        found["rope_if"] = ROPE_IF[name]
        key, value = next(iter(ROPE_IF[name].items()))
        found["rope"] = found["defaults"].get(key) == value
    found |= what_class_reads(config, ROPE_IF.get(name, {}))
    code, error, main = what_code_does(name, config, made)
    found |= code
    if error:
        print(f"not run to the end: {name}: {error}", file=sys.stderr)
    if main and main[0][2]["head"] != trace.expected_head(made):
        print(f"head of {name}: {main[0][2]['head']}, expected {trace.expected_head(made)}", file=sys.stderr)
    if name in HEADS:
        found["head_dim_of"] = HEADS[name]
    return found


def write(path):
    rows = {name: row(name, config) for name, config in config_classes().items()}
    lines = [
        f"// Generated by tests/oracle/class_defaults.py from transformers {package.transformers.__version__} (PyPI),"
        " not written by hand: run it again.",
        "",
        '#include "core/model/class_defaults.h"',
        "",
        "#include <algorithm>",
        "",
        "namespace ropescope {",
        "",
        "namespace {",
        "",
        "// clang-format off",
        "constexpr ClassDefaults rows[] = {",
    ]
    for name in sorted(rows):
        text = json.dumps(rows[name], separators=(",", ":"), allow_nan=False)
        lines.append(f'  {{"{name}", R"({text})"}},')
    lines += [
        "};",
        "// clang-format on",
        "",
        "} // namespace",
        "",
        "std::span<const ClassDefaults> class_defaults() { return rows; }",
        "",
        "const ClassDefaults* find_class_defaults(std::string_view model_type) {",
        "  const auto found = std::lower_bound(std::begin(rows), std::end(rows), model_type,",
        "                                      [](const ClassDefaults& r, std::string_view t)"
        " { return r.model_type < t; });",
        "  return found != std::end(rows) && found->model_type == model_type ? found : nullptr;",
        "}",
        "",
        "} // namespace ropescope",
    ]
    with open(path, "w") as file:
        file.write("\n".join(lines) + "\n")
    print(f"{len(rows)} types, {sum(r['rope'] for r in rows.values())} with RoPE")


if __name__ == "__main__":
    write(sys.argv[1])
