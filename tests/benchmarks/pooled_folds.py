"""What one `fragtrain eval` says, or those of all folds of a cross-validation together, as the cells of a table."""
import csv
import json
import random
from collections import defaultdict
from dataclasses import dataclass

ROUNDS = 1000  # as `fragtrain eval` has it: 25 are left out on each side


@dataclass
class Figures:
    """Shares with three digits, with their interval where there is one."""
    fragments: str
    votes: str
    baseline: str
    baseline_votes: str
    chance: str
    tested: str


def share(value, interval=None):
    return f"{value:.3f}" + (f" [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else "")


def of_split(path):
    """Of one evaluation, FILE.json."""
    said = json.loads(path.read_text())
    votes, baseline = said["by_source"], said["baseline"]
    return Figures(share(said["accuracy"], said["accuracy_interval"]), share(votes["accuracy"], votes["accuracy_interval"]),
                   share(baseline["accuracy"], baseline["accuracy_interval"]),
                   share(baseline["by_source"]["accuracy"], baseline["by_source"]["accuracy_interval"]),
                   share(1 / len(said["classes"])), tested(said["fragments"], said["sources"], said["groups"]))


def of_folds(paths):
    """Of an evaluation a fold, PATH.json with PATH.csv. Every group is in one fold, so a redraw of all groups takes each with what the
    network said of it that had not seen it. The baseline's predictions are not written, so it has no interval."""
    said = [json.loads(path.with_suffix(".json").read_text()) for path in paths]
    groups = [group for path in paths for group in groups_of(path.with_suffix(".csv"))]
    baselines = [one["baseline"] for one in said]
    return Figures(pooled([(g.hits, g.fragments) for g in groups]), pooled([(g.source_hits, g.sources) for g in groups]),
                   share(accuracy(baselines)), share(accuracy([one["by_source"] for one in baselines])),
                   share(1 / len(said[0]["classes"])),
                   tested(sum(one["fragments"] for one in said), sum(one["sources"] for one in said), len(groups)))


@dataclass
class Group:
    hits: int = 0
    fragments: int = 0
    source_hits: int = 0
    sources: int = 0


def groups_of(path):
    """What was right in each group; a source's class is that of the largest sum of probabilities, the first of equals."""
    groups, sums, about = defaultdict(Group), {}, {}
    with open(path, encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            group = groups[row["group"]]
            group.hits += row["truth"] == row["predicted"]
            group.fragments += 1
            about[row["source"]] = (row["group"], row["truth"])
            of_source = sums.setdefault(row["source"], defaultdict(float))
            for column, value in row.items():
                if column.startswith("p_"):
                    of_source[column[2:]] += float(value)
    for source, (group, truth) in about.items():
        groups[group].source_hits += max(sums[source], key=sums[source].get) == truth
        groups[group].sources += 1
    return list(groups.values())


def pooled(counts):
    """The share of hits in [(hits, of), ...], with the interval of a bootstrap over them."""
    draws = random.Random(1)
    shares = sorted(ratio(draws.choices(counts, k=len(counts))) for _ in range(ROUNDS))
    return share(ratio(counts), (shares[25], shares[-26]) if len(counts) > 1 else None)


def ratio(counts):
    return sum(hits for hits, _ in counts) / sum(of for _, of in counts)


def accuracy(scores):
    return ratio([(sum(row[i] for i, row in enumerate(one["confusion"])), sum(map(sum, one["confusion"]))) for one in scores])


def tested(fragments, sources, groups):
    return f"{fragments:,} fragments of {sources:,} images in {groups:,} groups"
