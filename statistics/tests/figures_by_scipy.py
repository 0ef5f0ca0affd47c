"""The figures that the tests of the statistics hold, computed by SciPy and the krippendorff package:
`pip install scipy krippendorff`, then run."""

import krippendorff
import numpy as np
from scipy import optimize, stats

print("wilson: successes, of, low, high")
for successes, of in [(81, 263), (0, 20), (10, 10), (852, 1000), (53, 53), (9999, 10000)]:
    ci = stats.binomtest(successes, of).proportion_ci(0.95, method="wilson")
    print(f"({successes}.0, {of}, {ci.low:.12f}, {ci.high:.12f}),")

print("mcnemar: pairs, only first, only second, p, detectable")
for pairs, first, second in [(100, 12, 3), (100, 5, 5), (2000, 40, 61), (50, 0, 0), (50, 9, 0), (150, 1, 7)]:
    unequal = first + second
    p = stats.binomtest(min(first, second), unequal, 0.5).pvalue if unequal else 1.0
    psi = max(unequal, 1) / pairs
    za, zb = stats.norm.ppf(0.975), stats.norm.ppf(0.8)

    def lacking(d):
        return za * np.sqrt(psi) + zb * np.sqrt(max(psi - d * d, 0)) - d * np.sqrt(pairs)

    d = optimize.brentq(lacking, 0, psi, xtol=1e-14) if lacking(psi) < 0 else psi
    print(f"({pairs}, {first}, {second}, {p:.12f}, {d:.12f}),")

print("bradley-terry: ratings")
# a, b, won, lost; half a win is added to each side of a pairing.
for players, games in [
    (3, [(0, 1, 7, 3), (1, 2, 6, 4), (0, 2, 9, 1)]),
    (4, [(0, 1, 10, 0), (2, 3, 3, 5), (0, 3, 8, 2), (2, 1, 4, 4)]),
]:

    def loss(strengths):
        total = 1e-12 * np.sum(strengths**2)
        for a, b, won, lost in games:
            margin = strengths[a] - strengths[b]
            total += (won + 0.5) * np.log1p(np.exp(-margin)) + (lost + 0.5) * np.log1p(np.exp(margin))
        return total

    best = optimize.minimize(loss, np.zeros(players), method="BFGS", options={"gtol": 1e-9}).x
    print([round(rating, 3) for rating in (best - best.mean()) * 400 / np.log(10)])

print("bootstrap of a mean: low, high")
values = np.array([i % 7 for i in range(120)]) / 6.0
ci = stats.bootstrap((values,), np.mean, n_resamples=200_000, batch=10_000, method="percentile",
                     random_state=np.random.default_rng(1)).confidence_interval
print(f"{ci.low:.4f} {ci.high:.4f}")

print("sprt: wins, draws, losses, elo0, elo1, llr")
for wins, draws, losses, elo0, elo1 in [(30, 20, 10, 0, 50), (10, 40, 12, 0, 20)]:
    pairs = np.array([1.0] * wins + [0.5] * draws + [0.0] * losses)
    s0, s1 = (1 / (1 + 10 ** (-elo / 400)) for elo in (elo0, elo1))
    # The log-likelihood ratio of normal scores of the variance observed.
    deviation = pairs.std()
    llr = np.sum(stats.norm.logpdf(pairs, s1, deviation) - stats.norm.logpdf(pairs, s0, deviation))
    print(f"({wins}, {draws}, {losses}, {elo0}.0, {elo1}.0, {llr:.9f}),")

print("krippendorff: nominal, interval")
gap = np.nan
# Krippendorff's own example: four observers, twelve units.
own = np.array([
    [1, 2, 3, 3, 2, 1, 4, 1, 2, gap, gap, gap],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, gap, 3],
    [gap, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, gap],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, gap],
])
# Beliefs in percents by five judges on thirty images, a quarter of them missing.
beliefs = np.array([[(37 * unit + 11 * judge * judge + 5 * unit * judge) % 101 for unit in range(30)] for judge in range(5)],
                   dtype=float)
beliefs = np.round((beliefs + 3 * ((np.arange(30) * 29) % 101)) / 4)
beliefs[np.add.outer(np.arange(5) * 3, np.arange(30) * 7) % 4 == 0] = gap
for data in [own, beliefs]:
    alphas = [krippendorff.alpha(data, level_of_measurement=level) for level in ["nominal", "interval"]]
    print(f"{alphas[0]:.12f}, {alphas[1]:.12f}")

print("student's t: degrees of freedom, 97.5 % quantile")
print([(freedom, round(float(stats.t.ppf(0.975, freedom)), 9)) for freedom in [1, 7, 19, 200]])
