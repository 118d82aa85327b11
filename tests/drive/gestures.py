#!/usr/bin/env python3
"""Does to the program's window, with the mouse and the keyboard of an X server, what the tests did to a window without
one, and compares the scene that Ctrl+S writes after each gesture.

    ROPESCOPE_GESTURES=/tmp/gestures.json build/release/tests/ropescope_app_tests -tc="*gestures*"
    tests/drive/gestures.py build/release/ropescope /tmp/gestures.json [us fr de]

Needs Xvfb, xdotool and setxkbmap. Exit status 1 where a scene is not what it should be.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

# Keys that the program takes by their place, since other keyboards type something else there. X's codes are evdev's + 8.
PLACES = {"bracketleft": "34", "bracketright": "35"} | {str(d): str(9 + (d or 10)) for d in range(10)}


class Desktop:
    """An X server without a window manager, and the program in it."""

    def __init__(self, program, layout, number, folder):
        self.layout, self.scene = layout, os.path.join(folder, "scene.json")
        self.env = dict(os.environ, DISPLAY=f":{number}", HOME=folder, XDG_STATE_HOME=folder, ROPESCOPE_DIALOG="own")
        self.server = subprocess.Popen(["Xvfb", f":{number}", "-screen", "0", "1920x1200x24", "-noreset"],
                                       stderr=subprocess.DEVNULL)
        for _ in range(100):
            time.sleep(0.1)
            if subprocess.run(["setxkbmap", layout], env=self.env, stderr=subprocess.DEVNULL).returncode == 0:
                break
        self.program = subprocess.Popen([program, self.scene, "--no-session"], env=self.env, cwd=folder)
        # Shown to its end: the program answers Ctrl+S.
        for _ in range(100):
            time.sleep(0.2)
            if subprocess.run(["xdotool", "search", "--name", "Ropescope"], env=self.env,
                              capture_output=True).stdout.strip():
                break
        time.sleep(1.5)

    def close(self):
        self.program.terminate()
        self.program.wait()
        self.server.terminate()
        self.server.wait()

    def xdotool(self, *arguments):
        subprocess.run(["xdotool", *arguments], env=self.env, check=True)
        time.sleep(0.06)  # a hand is slower than a frame

    def key(self, name):
        *modifiers, last = name.split("+")
        self.xdotool("key", "+".join([*modifiers, PLACES.get(last, last)]))

    def do(self, event):
        (kind, value), = event.items()
        if kind == "move":
            self.xdotool("mousemove", str(int(value[0])), str(int(value[1])))
        elif kind in ("down", "up"):
            self.xdotool("mouse" + kind, str(value))
        elif kind == "wheel":
            self.xdotool("click", "4" if value > 0 else "5")
        elif kind == "press":
            self.key(value)
        elif kind == "type":
            self.xdotool("type", "--delay", "40", "--", value)
        elif kind == "hold":
            self.xdotool("keydown", value)
        elif kind == "let":
            self.xdotool("keyup", value)

    def saved(self):
        """The scene as Ctrl+S writes it."""
        self.key("ctrl+s")
        try:
            with open(self.scene, encoding="utf-8") as f:
                return json.load(f)
        except (OSError, ValueError):
            return None


def difference(seen, wanted):
    if seen is None:
        return "no scene"
    keys = [k for k in sorted(set(seen) | set(wanted)) if seen.get(k) != wanted.get(k)]
    return ", ".join(f"{k}: {seen.get(k)!r} and not {wanted.get(k)!r}" for k in keys)


def drive(program, gestures, layout, number):
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        with open(os.path.join(folder, "scene.json"), "w", encoding="utf-8") as f:
            json.dump(gestures[0]["scene"], f)
        desktop = Desktop(program, layout, number, folder)
        try:
            for gesture in gestures[1:]:
                for event in gesture["events"]:
                    desktop.do(event)
                end = time.time() + 4
                while (seen := desktop.saved()) != gesture["scene"] and time.time() < end:
                    time.sleep(0.2)
                if seen != gesture["scene"]:
                    wrong += 1
                    print(f"{layout}: after \"{gesture['what']}\": {difference(seen, gesture['scene'])}")
                if desktop.program.poll() is not None:
                    print(f"{layout}: the program ended after \"{gesture['what']}\"")
                    return wrong + 1
        finally:
            desktop.close()
    print(f"{layout}: {len(gestures) - 1 - wrong} of {len(gestures) - 1} gestures left the scene that they should")
    return wrong


def main():
    program, recorded, *layouts = sys.argv[1:]
    with open(recorded, encoding="utf-8") as f:
        gestures = json.load(f)
    return 1 if sum(drive(os.path.abspath(program), gestures, layout, 70 + i)
                    for i, layout in enumerate(layouts or ["us", "fr", "de"])) else 0


sys.exit(main())
