#!/usr/bin/env python3
"""Gives the program's lectures with the keys of a clicker and the mouse of an X server: Page Down to the end, Page Up
back to the start, with hands on handles in between, and Home. After every press the screen is compared with the picture
that `ropescope render` makes of the step.

    tests/drive/lectures.py build/release/ropescope [FOLDER for the screens] [1 2 3] [1280x720] [light]

Needs Xvfb, xdotool and ImageMagick. Exit status 1 where a screen is not what it should be.
"""
import json
import os
import subprocess
import sys
import tempfile
import time

SIZES = [word for word in sys.argv if "x" in word and word.replace("x", "").isdigit()]
WIDTH, HEIGHT = map(int, SIZES[0].split("x")) if SIZES else (1920, 1080)
THEME = "light" if "light" in sys.argv else "dark"
DISPLAY = 73
FILES = ["1-rope-in-twelve-minutes", "2-stretching-the-context", "3-rope-among-its-rivals"]
SAME = 0.02  # of the root of the mean square: letters of another number are 0.03 of the head of the screen
UNIT = min(WIDTH / 1920, HEIGHT / 1080)
HEAD, FOOT = f"{WIDTH}x{round(130 * UNIT)}+0+0", f"{WIDTH}x{round(70 * UNIT)}+0+{HEIGHT - round(70 * UNIT)}"
# In print two moments stand one above the other, since nothing moves there, and a config has no button; the foot has no
# slider.
FOOT_OTHERWISE = {"longrope"}
PRINTED_OTHERWISE = {"same-word", "cache", "your-factor"} | FOOT_OTHERWISE

# Drags at the end of a step, pixels of 1920 × 1080: from, to. Each changes the screen, and Home takes it back.
HANDS = {
    "turn": [((943, 930), (1400, 930)), ((524, 363), (300, 420))],
    "only-difference": [((654, 546), (560, 700))],
    "chain": [((822, 558), (650, 558))],
    "beyond": [((1260, 916), (900, 916))],
    "squeeze": [((538, 858), (800, 858))],
    "neighbours": [((795, 928), (500, 928))],
    "your-factor": [((1187, 446), (1500, 446))],
    "unseen": [((464, 470), (400, 470))],
    "contract": [((1630, 425), (1200, 425))],
}


def root_mean_square(one, other, crop=None):
    cut = ["-crop", crop, "+repage"] if crop else []
    said = subprocess.run(["convert", "(", one, *cut, ")", "(", other, *cut, ")", "-alpha", "off", "-metric", "RMSE",
                           "-format", "%[distortion]", "-compare", "info:"], capture_output=True, text=True, check=True)
    return float(said.stdout)


class Given:
    def __init__(self, program, number, folder):
        self.program, self.folder, self.wrong = program, folder, 0
        assets = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../assets/lectures")
        path = os.path.join(assets, FILES[number - 1] + ".json")
        self.steps = json.load(open(path, encoding="utf-8"))["steps"]
        self.number = number
        self.wanted = os.path.join(folder, f"wanted{number}")
        subprocess.run([program, "render", "--lecture", str(number), "--size", f"{WIDTH}x{HEIGHT}", "--theme", THEME,
                        "--out", self.wanted], check=True, stderr=subprocess.DEVNULL)
        self.env = dict(os.environ, DISPLAY=f":{DISPLAY}", HOME=folder, XDG_STATE_HOME=folder)
        self.window = subprocess.Popen([program, "--no-session", "--lecture", str(number)], env=self.env, cwd=folder)
        for _ in range(100):
            time.sleep(0.2)
            if self.xdotool("search", "--name", "Ropescope").stdout.strip():
                break
        # As large as the screen: there is no window manager that would do it.
        self.xdotool("search", "--name", "Ropescope", "windowmove", "0", "0", "windowsize", str(WIDTH), str(HEIGHT))
        time.sleep(2)
        self.xdotool("mousemove", "5", "5")
        if THEME == "light":
            self.press("t")

    def close(self):
        self.window.terminate()
        self.window.wait()

    def xdotool(self, *arguments):
        done = subprocess.run(["xdotool", *arguments], env=self.env, capture_output=True)
        time.sleep(0.06)
        return done

    def press(self, key):
        self.xdotool("key", key)
        time.sleep(0.8)  # a motion, on two slow cores

    def drag(self, start, end):
        start, end = ([round(at * UNIT) for at in place] for place in (start, end))
        self.xdotool("mousemove", *map(str, start))
        self.xdotool("mousedown", "1")
        for part in (0.3, 0.7, 1):
            self.xdotool("mousemove", *(str(round(a + (b - a) * part)) for a, b in zip(start, end)))
        self.xdotool("mouseup", "1")
        self.xdotool("mousemove", "5", "5")
        time.sleep(0.8)

    def screen(self, name):
        path = os.path.join(self.folder, f"{self.number}-{name}.png")
        subprocess.run(["import", "-window", "root", path], env=self.env, check=True)
        return path

    def check(self, right, what, number):
        if not right:
            self.wrong += 1
            print(f"lecture {self.number}: {what}: {number:.4f}")

    def is_step(self, i, name, end):
        """The title is the step's; at its end the foot too, which may have a slider before, and all is as `render`
        draws it."""
        shown = self.screen(name)
        wanted = os.path.join(self.wanted, f"{i + 1:02}-{self.steps[i]['id']}.png")
        foot = root_mean_square(shown, wanted, FOOT)
        has_foot = end and self.steps[i]["id"] not in FOOT_OTHERWISE
        self.check(not has_foot or foot < SAME, f"{name}: another step's foot", foot)
        title = root_mean_square(shown, wanted, HEAD)
        self.check(title < SAME, f"{name}: another title", title)
        if end and self.steps[i]["id"] not in PRINTED_OTHERWISE:
            all_of_it = root_mean_square(shown, wanted)
            self.check(all_of_it < SAME, f"{name}: not as it is rendered", all_of_it)
        return shown

    def hands(self, i, at_end):
        for k, (start, end) in enumerate(HANDS.get(self.steps[i]["id"], [])):
            self.drag(start, end)
            moved = root_mean_square(self.screen(f"{i + 1:02}-hand{k}"), at_end)
            self.check(moved > 0.003, f"{self.steps[i]['id']}: a hand at {start} moves nothing", moved)
            self.press("Home")
            back = root_mean_square(self.screen(f"{i + 1:02}-home{k}"), at_end)
            self.check(back < 0.001, f"{self.steps[i]['id']}: Home does not take back a hand at {start}", back)

    def run(self):
        """Forwards with hands, then backwards: the same screens."""
        poses, ends = {}, {}
        for i, step in enumerate(self.steps):
            if i > 0:
                self.press("Next")
            if "then" in step:
                poses[i] = self.is_step(i, f"{i + 1:02}-pose", False)
                self.press("Next")
            ends[i] = self.is_step(i, f"{i + 1:02}-end", True)
            self.hands(i, ends[i])
        for i in reversed(range(len(self.steps))):
            if i + 1 < len(self.steps):
                self.press("Prior")
                self.check((d := root_mean_square(self.screen("back"), ends[i])) < 0.001, f"back at {i + 1}'s end", d)
            if i in poses:
                self.press("Prior")
                self.check((d := root_mean_square(self.screen("back"), poses[i])) < 0.001, f"back at {i + 1}'s pose", d)


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        folder = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else scratch
        os.makedirs(folder, exist_ok=True)
        server = subprocess.Popen(["Xvfb", f":{DISPLAY}", "-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-noreset"],
                                  stderr=subprocess.DEVNULL)
        time.sleep(1)
        wrong = 0
        try:
            for number in map(int, [word for word in sys.argv[3:] if word.isdigit()] or "123"):
                given = Given(program, number, folder)
                given.run()
                given.close()
                wrong += given.wrong
                print(f"lecture {number}: {len(given.steps)} steps forwards and backwards, {given.wrong} wrong")
        finally:
            server.terminate()
            server.wait()
    sys.exit(wrong > 0)


main()
