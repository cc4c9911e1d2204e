"""Synthetic micrographs in groups of two images each, cut so that whole groups lie on one side."""
from programs import program


def cut_grouped_gels(folder, split):
    """FOLDER/gels.frag, of 12 images a class in 6 groups; `split` as `frag cut --split` has it."""
    program("frag", "synth", folder / "images", "--size", "284x213", "--per-class", 12)
    for path in sorted((folder / "images").glob("*/*.png")):
        number = int(path.stem[-3:])
        path.rename(path.with_name(f"dish-{number // 2}, {number}.png"))
    program("frag", "cut", folder / "images", folder / "gels.frag", "--tile", 64, "--split", split, "--group",
            r"(?P<group>[a-z]+/dish-\d+)")
