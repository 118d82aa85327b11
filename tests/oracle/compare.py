"""Runs `ropescope freqs` on every file that truth.py wrote and says where it differs from the models' own code.

  python3 tests/oracle/compare.py PROGRAM FOLDER [--parts]

One line a disagreement: file, part, layer type, kind, what was expected and what came. Of a file with several parts the
language model alone is asked for; with --parts every part (`--part P`). Frequencies agree within 1.5e-6 of each other:
the classes compute with float32. Exit status 1 where anything differs."""

import json
import math
import pathlib
import subprocess
import sys
from collections import Counter

RELATIVE = 1.5e-6
LANGUAGE_PARTS = """text_config thinker_config.text_config language_config llm_config decoder_config
vlm_config.text_config decoder""".split()


def ask(program, file, part, layer_type, tokens=None):
    words = [program, "freqs", "--config", str(file)]
    words += ["--part", part] if part else []
    words += ["--layer-type", layer_type] if layer_type else []
    words += ["--seq-len", str(tokens)] if tokens else []
    run = subprocess.run(words, capture_output=True, text=True, timeout=60)
    if run.returncode:
        return None, run.stderr.strip().split(": ", 1)[-1]
    return json.loads(run.stdout), run.stderr.strip()


def near(a, b):
    return abs(a - b) <= RELATIVE * max(abs(a), abs(b))


def difference(expected, got):
    """A sentence, or None where the frequencies that turn are the same."""
    turning = [f for f in got["inv_freq"] if f != 0]
    if len(expected) != len(turning):
        return f"{len(expected)} pairs turn, not {len(turning)}"
    for i, (a, b) in enumerate(zip(expected, turning)):
        if not near(a, b):
            return f"f[{i}] is {a:.7g}, not {b:.7g}"
    return None


def compare_layer(program, file, part, layer_type, truth):
    """(kind, sentence) of everything that differs for one layer type; ("agrees", "") where nothing does."""
    mixed = "rotating_layers" in truth  # of one type some layers rotate: the type alone does not say
    got, said = ask(program, file, part, "" if mixed else layer_type)
    if truth["rotates"] is False:
        refused = got is None and ("does not rotate" in said or "has no rotary embedding" in said)
        came = f"said: {said}" if got is None else "frequencies came"
        return ("agrees", "") if refused else ("rests", f"these layers do not rotate; {came}")
    if got is None:
        return "refused", said
    frequencies = truth.get("turned") or [f for f in truth.get("inv_freq", []) if f != 0]
    if not frequencies:
        return "unknown", ""
    if sentence := difference(frequencies, got):
        return "frequencies", sentence
    factor = truth.get("factor_of_run", truth.get("attention_factor"))
    if factor is not None and not near(factor, got["attention_factor"]):
        return "factor", f"{factor:.9g}, not {got['attention_factor']:.9g}"
    if "layout" in truth and truth["layout"].split("_")[0] != got["layout"].split("_")[0]:
        return "layout", f"{truth['layout']}, not {got['layout']}"
    for tokens, expected in (truth.get("lengths") or {}).items():
        later, said = ask(program, file, part, layer_type, tokens)
        sentence = difference([f for f in expected if f != 0], later) if later else said
        if sentence:
            return "length", f"at {tokens} tokens {sentence}"
    return "agrees", ""


def language_part(parts):
    """The place of the part that is meant where none is asked for."""
    for place in ["", *LANGUAGE_PARTS]:
        if place in parts and "layers" in parts[place]:
            return place
    return None


def main(program, folder, *options):
    counts = Counter()
    for path in sorted(pathlib.Path(folder).glob("*.truth.json")):
        file = path.with_name(path.name.replace(".truth.json", ".json"))
        parts = json.loads(path.read_text())["parts"]
        asked = parts if "--parts" in options else {language_part(parts): parts.get(language_part(parts), {})}
        for place, part in asked.items():
            for layer_type, truth in part.get("layers", {}).items():
                kind, sentence = compare_layer(program, file, place if "--parts" in options else "", layer_type, truth)
                counts[kind] += 1
                if kind not in ("agrees", "unknown"):
                    print(f"{file.name} [{place}] {layer_type or '-'}: {kind}: {sentence}", flush=True)
    total = sum(counts.values()) - counts["unknown"]
    print(f"{counts['agrees']} of {total} agree", dict(counts))
    return counts["agrees"] != total


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
