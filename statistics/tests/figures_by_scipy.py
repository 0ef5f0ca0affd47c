"""The figures that the tests of the statistics hold, computed by SciPy: `pip install scipy`, then run."""

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
