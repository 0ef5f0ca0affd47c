//! The pixel debate as pure rules: claims, reveals, evidence, views, outcome, transcript.
