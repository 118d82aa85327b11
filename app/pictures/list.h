// One line for each picture, in the order of `render --list` and of the views of a group: its row lies in
// app/pictures/NAME.cpp and is called NAME_picture. The first is what the window opens with.
ROPESCOPE_PICTURE(overview)
ROPESCOPE_PICTURE(rotations)
ROPESCOPE_PICTURE(pair)
ROPESCOPE_PICTURE(score)
ROPESCOPE_PICTURE(wavelengths)
ROPESCOPE_PICTURE(transfer)
ROPESCOPE_PICTURE(turns)
ROPESCOPE_PICTURE(carpet)
ROPESCOPE_PICTURE(stale_cache)
ROPESCOPE_PICTURE(precision)
ROPESCOPE_PICTURE(check)
