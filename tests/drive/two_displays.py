#!/usr/bin/env python3
"""Gives a lecture on two monitors of an X server without hardware: the stage is on the one that is not primary, the
lecturer's view on the other, presses and the overview go where they belong, and Ctrl+Tab exchanges both.

    tests/drive/two_displays.py build/release/ropescope [FOLDER for the screens]

Needs root, Xorg with xserver-xorg-video-dummy, xrandr, xdotool and ImageMagick. Exit status 1 where a screen is not
what it should be.
"""
import os
import subprocess
import sys
import tempfile
import time

WIDTH, HEIGHT, DISPLAY = 1920, 1080, ":75"
LEFT, RIGHT = f"{WIDTH}x{HEIGHT}+0+0", f"{WIDTH}x{HEIGHT}+{WIDTH}+0"
CONFIG = """
Section "Device"
  Identifier "dummy"
  Driver "dummy"
  VideoRam 256000
EndSection
Section "Monitor"
  Identifier "monitor"
  HorizSync 5.0 - 1000.0
  VertRefresh 5.0 - 200.0
  Modeline "1920x1080" 148.50 1920 2008 2052 2200 1080 1084 1089 1125
EndSection
Section "Screen"
  Identifier "screen"
  Device "dummy"
  Monitor "monitor"
  DefaultDepth 24
  SubSection "Display"
    Depth 24
    Modes "1920x1080"
    Virtual 4096 2160
  EndSubSection
EndSection
"""


def run(env, *command):
    return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout


def apart(one, other, crop_one, crop_other):
    """Root of the mean square of the difference between two screens' parts."""
    return float(subprocess.run(
        ["convert", "(", one, "-crop", crop_one, "+repage", ")", "(", other, "-crop", crop_other, "+repage", ")",
         "-alpha", "off", "-metric", "RMSE", "-format", "%[distortion]", "-compare", "info:"],
        capture_output=True, text=True, check=True).stdout)


def give(program, folder, env):
    wrong = []

    def check(right, what):
        if not right:
            wrong.append(what)

    def screen(name):
        path = os.path.join(folder, f"{name}.png")
        run(env, "import", "-window", "root", path)
        return path

    def press(*keys):
        run(env, "xdotool", "key", *keys)
        time.sleep(2)

    wanted = os.path.join(folder, "wanted.png")
    run(env, program, "render", "--lecture", "1", "--step", "2", "--size", f"{WIDTH}x{HEIGHT}", "--out", wanted)
    window = subprocess.Popen([program, "--no-session", "--lecture", "1"], env=env, cwd=folder)
    try:
        time.sleep(8)
        run(env, "xdotool", "mousemove", "5", "5")
        for _ in range(3):
            press("Next")
        stage = screen("stage")
        check(apart(stage, wanted, RIGHT, LEFT) < 0.02, "the projector does not show step 2 at its end")
        check(apart(stage, wanted, LEFT, LEFT) > 0.05, "the primary monitor shows the stage, not the lecturer's view")
        press("o")
        time.sleep(3)
        overview = screen("overview")
        check(apart(overview, stage, RIGHT, RIGHT) < 0.001, "the overview is on the projector")
        check(apart(overview, stage, LEFT, LEFT) > 0.05, "the lecturer does not see the overview")
        press("o")
        press("period")
        blank = screen("blank")
        check(apart(blank, stage, RIGHT, RIGHT) > 0.05, "the projector is not blank")
        press("period")
        press("ctrl+Tab")
        swapped = screen("swapped")
        check(apart(swapped, wanted, LEFT, LEFT) < 0.02, "Ctrl+Tab does not bring the stage to the other monitor")
    finally:
        window.terminate()
        window.wait()
    return wrong


def main():
    program = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as scratch:
        folder = os.path.abspath(sys.argv[2]) if len(sys.argv) > 2 else scratch
        os.makedirs(folder, exist_ok=True)
        config = os.path.join(folder, "xorg.conf")
        with open(config, "w", encoding="utf-8") as file:
            file.write(CONFIG)
        env = dict(os.environ, DISPLAY=DISPLAY, HOME=folder, XDG_STATE_HOME=folder)
        server = subprocess.Popen(["Xorg", DISPLAY, "-config", config, "-logfile", os.path.join(folder, "xorg.log"),
                                   "-noreset", "-novtswitch", "vt8"], stderr=subprocess.DEVNULL)
        try:
            time.sleep(4)
            run(env, "xrandr", "--addmode", "DUMMY1", f"{WIDTH}x{HEIGHT}")
            run(env, "xrandr", "--output", "DUMMY1", "--mode", f"{WIDTH}x{HEIGHT}", "--right-of", "DUMMY0")
            run(env, "xrandr")  # asks the outputs anew: one with a mode is connected from here on
            wrong = give(program, folder, env)
        finally:
            server.terminate()
            server.wait()
    print(f"two displays: {len(wrong)} wrong")
    for what in wrong:
        print(what)
    sys.exit(len(wrong) > 0)


main()
