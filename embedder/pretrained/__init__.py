"""Public checkpoints as spaces: known by name, licence shown, pinned by what their files hold.

name -> licence -> files (`hub`, `files`) -> towers (`clap`, `muq`) -> projection, centres,
calibration (`add`) -> a folder that `Space.load` reads as any other
"""
