"""The measures of `fragtrain eval` written again with numpy from docs/evaluation.md: each by another way than the
program's where there is one, to hold its answers against."""
import numpy as np

ROUNDS = 1000
WORD = (1 << 64) - 1


def share(part, whole):
    """part / whole by place, 0 where that is 0 / 0."""
    part, whole = np.broadcast_arrays(np.asarray(part, float), np.asarray(whole, float))
    return np.divide(part, whole, out=np.zeros(part.shape), where=whole > 0)


def confusion_of(truth, predicted, classes):
    return np.bincount(truth * classes + predicted, minlength=classes * classes).reshape(classes, classes)


def scores_of(confusion):
    """What counts alone say, under the keys of the program."""
    hits, support = np.diag(confusion), confusion.sum(1)
    precision, recall = share(hits, confusion.sum(0)), share(hits, support)
    f1 = share(2 * precision * recall, precision + recall)
    there = support > 0

    def means(weights):
        return {name: float(np.average(values[there], weights=weights[there]))
                for name, values in (("precision", precision), ("recall", recall), ("f1", f1))}

    return {"accuracy": float(hits.sum() / confusion.sum()), "macro": means(np.ones(len(support))), "weighted": means(support),
            "confusion": confusion.tolist(), "precision": precision, "recall": recall, "f1": f1, "support": support}


def splitmix64(seed):
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) & WORD
        z = ((seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9) & WORD
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
        yield z ^ (z >> 31)


def intervals(truth, predicted, groups, classes, seed):
    """[low, high] of accuracy and of macro F1 over redraws of the groups, or None twice."""
    numbers = np.unique(groups)
    if len(numbers) < 2:
        return None, None
    tables = np.stack([confusion_of(truth[groups == g], predicted[groups == g], classes) for g in numbers])
    words = splitmix64(seed)
    values = []
    for _ in range(ROUNDS):
        drawn = [(next(words) * len(numbers)) >> 64 for _ in numbers]
        redrawn = scores_of(np.tensordot(np.bincount(drawn, minlength=len(numbers)), tables, 1))
        values.append((redrawn["accuracy"], redrawn["macro"]["f1"]))
    values = np.sort(values, axis=0)
    return values[[25, 974], 0].tolist(), values[[25, 974], 1].tolist()


def area_of(scores, positive):
    """By looking at every pair."""
    if positive.all() or not positive.any():
        return None
    return float((np.sign(scores[positive][:, None] - scores[~positive][None, :]) / 2 + 0.5).mean())


def calibration_of(truth, probabilities):
    predicted, top = probabilities.argmax(1), probabilities.max(1)
    bins = np.maximum(np.digitize(top, np.linspace(0, 1, 16), right=True), 1) - 1
    counts = np.bincount(bins, minlength=15)
    accuracy = share(np.bincount(bins, predicted == truth, 15), counts)
    confidence = share(np.bincount(bins, top, 15), counts)
    return counts, confidence, accuracy, float((counts * np.abs(accuracy - confidence)).sum() / len(truth))


def votes_of(truth, sources, groups, rows):
    """Truth, predicted class and group of every source."""
    own = [sources == s for s in np.unique(sources)]
    are = np.array([np.bincount(truth[s], minlength=rows.shape[1]).argmax() for s in own])
    said = np.array([rows[s].sum(0).argmax() for s in own])
    return are, said, np.array([groups[s][0] for s in own])


def close(mine, theirs):
    if theirs is None or mine is None:
        return mine is None and theirs is None
    return np.allclose(mine, theirs, rtol=0, atol=1e-9)


def check_scores(answer, truth, predicted, groups, classes, seed):
    scores = scores_of(confusion_of(truth, predicted, classes))
    assert answer["confusion"] == scores["confusion"]
    assert close(answer["accuracy"], scores["accuracy"])
    for mean in ("macro", "weighted"):
        for name, value in scores[mean].items():
            assert close(answer[mean][name], value), (mean, name)
    for name in ("precision", "recall", "f1", "support"):
        assert close([one[name] for one in answer["classes"]], scores[name]), name
    accuracy, macro_f1 = intervals(truth, predicted, groups, classes, seed)
    assert close(answer["accuracy_interval"], accuracy), (answer["accuracy_interval"], accuracy)
    assert close(answer["macro_f1_interval"], macro_f1), (answer["macro_f1_interval"], macro_f1)


def check_ranking(answer, truth, probabilities):
    classes = probabilities.shape[1]
    order = np.argsort(-probabilities, axis=1, kind="stable")
    assert [top["k"] for top in answer["top_k"]] == [k for k in (2, 3, 5) if k < classes]
    for top in answer["top_k"]:
        assert close(top["accuracy"], (order[:, :top["k"]] == truth[:, None]).any(1).mean())
    areas = [area_of(probabilities[:, c], truth == c) for c in range(classes)]
    assert all(close(one["roc_auc"], area) for one, area in zip(answer["classes"], areas, strict=True)), areas
    there = [c for c in range(classes) if areas[c] is not None]
    known = [areas[c] for c in there]
    support = np.bincount(truth, minlength=classes)[there]
    assert close(answer["roc_auc"]["macro"], np.mean(known) if known else None)
    assert close(answer["roc_auc"]["weighted"], np.average(known, weights=support) if known else None)


def check_assessment(answer, truth, sources, groups, probabilities, seed):
    """All that the program says of a network; `probabilities` are float32 numbers in float64."""
    classes = probabilities.shape[1]
    check_scores(answer, truth, probabilities.argmax(1), groups, classes, seed)
    check_ranking(answer, truth, probabilities)
    counts, confidence, accuracy, error = calibration_of(truth, probabilities)
    bins = answer["calibration"]["bins"]
    assert [one["fragments"] for one in bins] == counts.tolist()
    assert close([one["confidence"] for one in bins], confidence) and close([one["accuracy"] for one in bins], accuracy)
    assert close(answer["calibration"]["error"], error)
    are, said, their_groups = votes_of(truth, sources, groups, probabilities)
    check_scores(answer["by_source"], are, said, their_groups, classes, seed)
    majority = votes_of(truth, sources, groups, np.eye(classes)[probabilities.argmax(1)])[1]
    assert close(answer["by_source"]["majority_accuracy"], (are == majority).mean())
    assert answer["by_source"]["sources"] == len(are)
    several = sum(len(set(truth[sources == s])) > 1 for s in np.unique(sources))
    assert answer["by_source"]["of_several_classes"] == several


def check_classes(answer, truth, sources, groups, predicted, classes, seed):
    """All that it says of predicted classes alone."""
    check_scores(answer, truth, predicted, groups, classes, seed)
    check_scores(answer["by_source"], *votes_of(truth, sources, groups, np.eye(classes)[predicted]), classes, seed)
