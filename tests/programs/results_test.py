"""The script behind docs/results.md: its commands run, its sums are right, and the page has a place for every section."""
import os
import sys
import tempfile
from pathlib import Path

SOURCE = Path(os.environ["FRAG_SOURCE_DIR"])
sys.path.insert(0, str(SOURCE / "tests/benchmarks"))
sys.dont_write_bytecode = True

import pooled_folds
import results
import rounds_results

FOLD = """\
id,source,group,truth,predicted,p_a,p_b
1,one.png,one,a,a,0.9,0.1
2,one.png,one,a,b,0.4,0.6
3,two.png,rest,a,a,0.6,0.4
4,two.png,rest,a,b,0.1,0.9
5,three.png,rest,b,b,0.5,0.5
"""


def check_groups(folder):
    path = folder / "fold0.csv"
    path.write_text(FOLD)
    one, rest = pooled_folds.groups_of(path)
    assert (one.hits, one.fragments, one.source_hits, one.sources) == (1, 2, 1, 1), one
    # two.png votes b by 1.3 to 0.7; three.png's probabilities are equal, so it is the first class's
    assert (rest.hits, rest.fragments, rest.source_hits, rest.sources) == (2, 3, 0, 2), rest


def check_intervals():
    assert pooled_folds.pooled([(3, 4)]) == "0.750", "one group gives no interval"
    assert pooled_folds.pooled([(1, 2)] * 9) == "0.500 [0.500, 0.500]"
    assert pooled_folds.pooled([(0, 5), (5, 5)] * 2).endswith("[0.000, 1.000]")
    assert pooled_folds.accuracy([{"confusion": [[1, 2], [0, 3]]}, {"confusion": [[4, 0], [0, 0]]}]) == 0.8


def check_page():
    page = results.PAGE.read_text()
    for section in [*results.SECTIONS, *rounds_results.SECTIONS]:
        changed = results.put(page, section, "new\\1\n")
        assert f"<!-- results of {section} -->\nnew\\1\n<!-- end of {section} -->" in changed, section
        assert results.put(changed, section, "new\\1\n") == changed, section


def check_commands():
    text = results.block("synth", results.surroundings(), "a commit", short=True)
    table, commands = text.split("\n```text\n")
    row = table.splitlines()[2].split(" | ")
    assert len(row) == 12 and row[1].startswith("frag synth") and row[-1] == "a commit |", row
    assert commands.startswith("frag synth images") and "fragtrain fit" in commands, commands


with tempfile.TemporaryDirectory() as work:
    check_groups(Path(work))
    check_intervals()
    check_page()
    check_commands()
