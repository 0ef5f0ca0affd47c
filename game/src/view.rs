//! What a seat may know.
//!
//! Hiding the image, the label and the roles from the judge is the whole point of a debate, so it
//! is decided here and nowhere else: a server serialises a [`View`] for a client and never a
//! [`Debate`]. One is read only if its parts fit together: [`View::check`].

mod check;

use serde::{Deserialize, Serialize};

pub use check::ViewError;

use crate::{
    Claims, Debate, Debater, Event, Evidence, Image, LegalPixels, Outcome, Pixel, Role, Rules,
    Seat, SeatClaims, TurnOrder, Verdict,
};

/// A debate as one seat may see it.
///
/// Until the outcome the judge's and the spectators' views depend on nothing but the size of the
/// image, the evidence, the claims by place, and the rules less who is honest. Without precommit
/// they are told no claim, for the only one made is the truth. After the outcome everybody sees
/// everything.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct View {
    /// Whose view this is.
    pub seat: Seat,
    /// The rules, as far as the seat may know them.
    pub rules: ViewRules,
    /// The number of classes; labels are below it.
    pub classes: u8,
    /// The image's number of columns.
    pub width: u8,
    /// The image's number of rows.
    pub height: u8,
    /// The claims, as far as the seat may know them.
    pub claims: SeatClaims,
    /// The pixels revealed so far.
    #[cfg_attr(feature = "typescript", ts(as = "Vec<crate::Reveal>"))]
    pub evidence: Evidence,
    /// Whose reveal is next: `None` when only the verdict is left, and after the end.
    pub to_move: Option<Debater>,
    /// The whole image: for the debaters, and for spectators with the [`Sight`] of it.
    pub image: Option<Image>,
    /// A debater's own role.
    pub role: Option<Role>,
    /// What was hidden: after the outcome, for everybody.
    pub truth: Option<Truth>,
    /// The judge's answer, if that is how the debate ended.
    pub verdict: Option<Verdict>,
    /// Who won and why, once the debate has ended.
    pub outcome: Option<Outcome>,
}

/// The [`Rules`] as far as a seat may know them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ViewRules {
    /// How many pixels both debaters together reveal.
    pub pixels: u8,
    /// Whether the liar's label is fixed.
    pub precommit: bool,
    /// The role of the first debater, where the seat may know it.
    pub first: Option<Role>,
    /// In what order the debaters reveal.
    pub order: TurnOrder,
    /// Which pixels may be revealed.
    pub legal: LegalPixels,
}

/// What is hidden from the judge until the outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Truth {
    /// The true label.
    pub label: u8,
    /// The role of the first debater.
    pub first: Role,
    /// The whole image.
    pub image: Image,
}

/// What spectators see before the outcome: fixed when a debate is set up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Sight {
    /// The evidence alone, as the judge does.
    #[default]
    Evidence,
    /// The image and the roles, as the debaters do.
    Image,
}

/// An event as every seat may see it, with all that it changes in a [`View`].
///
/// ```
/// use pixel_debate_game::{Debater, Move, Seat};
/// # use pixel_debate_game::{Debate, Image, Role, Rules};
/// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
/// # let mut debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
///
/// debate.apply(Move::Resign { by: Debater::First })?;
/// let event = debate.event_view(1).expect("something has happened");
/// // The last event opens what was hidden.
/// assert_eq!(event.truth.map(|truth| truth.label), Some(7));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ViewEvent {
    /// What happened.
    pub event: Event,
    /// Whose reveal is next: `None` when only the verdict is left, and after the end.
    pub to_move: Option<Debater>,
    /// Who won and why, with the event that ends the debate.
    pub outcome: Option<Outcome>,
    /// What was hidden, with the event that ends the debate.
    pub truth: Option<Truth>,
}

impl Debate {
    /// What a seat may know now. This and [`event_view`](Self::event_view) are all of a debate that
    /// may be sent to a client.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Role, Seat};
    /// # use pixel_debate_game::{Debate, Image, Rules};
    /// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
    /// # let debate = Debate::new(Rules::paper(2, false, Role::Liar), image, 7, None, 10)?;
    ///
    /// let debater = debate.view(Seat::Debater(Debater::Second));
    /// assert_eq!((debater.role, debater.claims.second), (Some(Role::Honest), Some(7)));
    /// assert!(debater.image.is_some());
    /// // Without precommit the judge is not even told the one claim there is.
    /// let judge = debate.view(Seat::Judge);
    /// assert_eq!((judge.image, judge.rules.first, judge.claims.second), (None, None, None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn view(&self, seat: Seat) -> View {
        self.view_in(seat, Sight::Evidence)
    }

    /// What spectators may know now, where they have been given that sight.
    ///
    /// ```
    /// use pixel_debate_game::Sight;
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
    /// # let debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    ///
    /// assert!(debate.spectator_view(Sight::Evidence).image.is_none());
    /// let sighted = debate.spectator_view(Sight::Image);
    /// assert_eq!((sighted.image.is_some(), sighted.rules.first), (true, Some(Role::Liar)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn spectator_view(&self, sight: Sight) -> View {
        self.view_in(Seat::Spectator, sight)
    }

    /// The event with that number, 1 for the first, as every seat may see it: what is revealed is
    /// for all to see, and so is everything once the debate has ended. `None` where there is no
    /// such event.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Event, Move, Pixel};
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
    /// # let mut debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    ///
    /// let (by, pixel) = (Debater::First, Pixel::new(1, 0));
    /// debate.apply(Move::Reveal { by, pixel })?;
    /// let event = debate.event_view(1).expect("a pixel was revealed");
    /// assert_eq!(event.event, Event::Reveal { by, pixel, value: 90 });
    /// assert_eq!((event.to_move, event.truth), (Some(Debater::Second), None));
    /// assert_eq!((debate.event_view(0), debate.event_view(2)), (None, None));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn event_view(&self, number: usize) -> Option<ViewEvent> {
        let event = self.events().nth(number.checked_sub(1)?)?;
        let outcome = match event {
            Event::Reveal { .. } => None,
            Event::Resigned { .. } | Event::Forfeited { .. } | Event::Verdict { .. } => {
                self.outcome()
            }
        };
        Some(ViewEvent {
            event,
            to_move: outcome.is_none().then(|| self.rules().debater_to_move(number)).flatten(),
            outcome,
            truth: outcome.map(|_| self.truth()),
        })
    }

    fn truth(&self) -> Truth {
        Truth { label: self.label(), first: self.rules().first, image: Image::clone(self.image()) }
    }

    fn view_in(&self, seat: Seat, spectators: Sight) -> View {
        let own = match seat {
            Seat::Debater(debater) => Some(debater),
            Seat::Judge | Seat::Spectator => None,
        };
        let ended = self.outcome().is_some();
        let sighted = own.is_some() || (seat == Seat::Spectator && spectators == Sight::Image);
        // The one condition that opens what the judge must not know.
        let open = ended || sighted;
        let rules = *self.rules();
        let claims = self.claims().by_seat(&rules);
        let told = open || rules.precommit;
        View {
            seat,
            rules: ViewRules {
                pixels: rules.pixels,
                precommit: rules.precommit,
                first: open.then_some(rules.first),
                order: rules.order,
                legal: rules.legal,
            },
            classes: self.classes(),
            width: self.image().width(),
            height: self.image().height(),
            claims: if told { claims } else { SeatClaims { first: None, second: None } },
            evidence: self.evidence().clone(),
            to_move: self.to_move(),
            image: sighted.then(|| Image::clone(self.image())),
            role: own.map(|debater| rules.role_of(debater)),
            truth: ended.then(|| self.truth()),
            verdict: self.verdict().cloned(),
            outcome: self.outcome(),
        }
    }
}

impl View {
    /// Brings the view up to date with the debate's next event: it then is what
    /// [`Debate::view`] gives after that event.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Move, Pixel, Seat};
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
    /// # let mut debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    ///
    /// let mut view = debate.view(Seat::Judge);
    /// debate.apply(Move::Reveal { by: Debater::First, pixel: Pixel::new(1, 0) })?;
    /// view.follow(&debate.event_view(1).expect("a pixel was revealed"));
    /// assert_eq!(view, debate.view(Seat::Judge));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn follow(&mut self, next: &ViewEvent) {
        match &next.event {
            &Event::Reveal { by, pixel, value } => {
                self.evidence.push(crate::Reveal { by, pixel, value });
            }
            Event::Verdict { verdict, .. } => self.verdict = Some(verdict.clone()),
            Event::Resigned { .. } | Event::Forfeited { .. } => {}
        }
        self.to_move = next.to_move;
        self.outcome = next.outcome;
        if let Some(truth) = &next.truth {
            self.rules.first = Some(truth.first);
            if !self.rules.precommit {
                // The liar has claimed nothing, the honest debater the truth.
                let label = Some(truth.label);
                self.claims = match truth.first {
                    Role::Honest => SeatClaims { first: label, second: None },
                    Role::Liar => SeatClaims { first: None, second: label },
                };
            }
            self.truth = Some(truth.clone());
        }
    }

    /// The full rules, where the seat may know them: for the debaters, and after the outcome.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Seat};
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
    /// # let debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    ///
    /// let view = debate.view(Seat::Debater(Debater::First));
    /// assert_eq!(view.full_rules(), Some(*debate.rules()));
    /// assert_eq!(debate.view(Seat::Judge).full_rules(), None);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn full_rules(&self) -> Option<Rules> {
        let ViewRules { pixels, precommit, first, order, legal } = self.rules;
        Some(Rules { pixels, precommit, first: first?, order, legal })
    }

    /// The claims by role, where the seat may know them: for the debaters, and after the outcome.
    ///
    /// ```
    /// use pixel_debate_game::{Claims, Debater, Seat};
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(2, 1, vec![200, 90])?);
    /// # let debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    ///
    /// // The judge knows who claims what, and not which of the claims is the truth.
    /// let view = debate.view(Seat::Judge);
    /// assert_eq!((view.claims.first, view.claims_by_role()), (Some(1), None));
    /// let view = debate.view(Seat::Debater(Debater::First));
    /// assert_eq!(view.claims_by_role(), Some(Claims { honest: 7, liar: Some(1) }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn claims_by_role(&self) -> Option<Claims> {
        let rules = self.full_rules()?;
        let of = |role| self.claims.of(rules.seat_of(role));
        Some(Claims { honest: of(Role::Honest)?, liar: of(Role::Liar) })
    }

    /// The pixels that the debater to move may reveal, in reading order; none when nobody is, or
    /// where the image is not known.
    ///
    /// ```
    /// use pixel_debate_game::{Debater, Pixel, Seat};
    /// # use pixel_debate_game::{Debate, Image, Role, Rules};
    /// # let image = std::sync::Arc::new(Image::new(3, 1, vec![0, 200, 90])?);
    /// # let debate = Debate::new(Rules::paper(2, true, Role::Liar), image, 7, Some(1), 10)?;
    ///
    /// let view = debate.view(Seat::Debater(Debater::First));
    /// assert!(view.legal_reveals().eq([Pixel::new(1, 0), Pixel::new(2, 0)]));
    /// assert_eq!(debate.view(Seat::Judge).legal_reveals().count(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn legal_reveals(&self) -> impl Iterator<Item = Pixel> + '_ {
        let open = self.to_move.is_some();
        let legal = self.image.iter().flat_map(Image::iter).filter(move |&(pixel, value)| {
            open && self.rules.legal.allows(value) && !self.evidence.contains(pixel)
        });
        legal.map(|(pixel, _)| pixel)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::Move;

    const WATCHERS: [Seat; 2] = [Seat::Judge, Seat::Spectator];
    const DEBATERS: [Seat; 2] = [Seat::Debater(Debater::First), Seat::Debater(Debater::Second)];

    fn debate(precommit: bool, first: Role) -> Debate {
        let image = Arc::new(Image::new(3, 1, vec![0, 200, 90]).unwrap());
        let lie = precommit.then_some(4);
        Debate::new(Rules::paper(2, precommit, first), image, 1, lie, 10).unwrap()
    }

    #[test]
    fn the_judge_and_spectators_see_the_claims_by_place_and_nothing_hidden() {
        for seat in WATCHERS {
            let view = debate(true, Role::Liar).view(seat);
            assert_eq!(view.claims, SeatClaims { first: Some(4), second: Some(1) });
            assert_eq!(view.rules.first, None);
            assert_eq!((view.image, view.role, view.truth), (None, None, None));
        }
    }

    #[test]
    fn without_precommit_the_lone_claim_would_be_the_truth() {
        for seat in WATCHERS {
            let view = debate(false, Role::Honest).view(seat);
            assert_eq!(view.claims, SeatClaims { first: None, second: None });
        }
        let view = debate(false, Role::Honest).view(DEBATERS[1]);
        assert_eq!(view.claims, SeatClaims { first: Some(1), second: None });
    }

    #[test]
    fn a_debater_knows_all_that_it_needs() {
        for precommit in [true, false] {
            for first in [Role::Honest, Role::Liar] {
                let debate = debate(precommit, first);
                for (seat, role) in DEBATERS.into_iter().zip([first, first.other()]) {
                    let view = debate.view(seat);
                    assert_eq!(view.role, Some(role));
                    assert_eq!(view.full_rules(), Some(*debate.rules()));
                    assert_eq!(view.claims_by_role(), Some(*debate.claims()));
                    assert!(view.legal_reveals().eq(debate.legal_reveals()));
                    assert_eq!(view.image.as_ref(), Some(&**debate.image()));
                    assert_eq!(view.truth, None);
                }
            }
        }
    }

    #[test]
    fn the_outcome_opens_everything() {
        let mut debate = debate(false, Role::Liar);
        debate.apply(Move::Resign { by: Debater::First }).unwrap();
        let image = Image::clone(debate.image());
        for seat in WATCHERS.into_iter().chain(DEBATERS) {
            let view = debate.view(seat);
            let truth = Truth { label: 1, first: Role::Liar, image: image.clone() };
            assert_eq!(view.truth, Some(truth));
            assert_eq!(view.claims, SeatClaims { first: None, second: Some(1) });
            assert_eq!(view.rules.first, Some(Role::Liar));
            assert_eq!(view.outcome, debate.outcome());
        }
    }

    #[test]
    fn spectators_may_be_given_the_debaters_sight_and_no_role() {
        let debate = debate(true, Role::Liar);
        assert_eq!(debate.spectator_view(Sight::Evidence), debate.view(Seat::Spectator));
        let view = debate.spectator_view(Sight::Image);
        assert_eq!(view.image.as_ref(), Some(&**debate.image()));
        assert_eq!(view.full_rules(), Some(*debate.rules()));
        assert_eq!((view.seat, view.role, view.truth), (Seat::Spectator, None, None));
    }

    #[test]
    fn json_has_the_same_fields_for_every_seat() {
        let debate = debate(true, Role::Liar);
        let json = serde_json::to_string(&debate.view(Seat::Judge)).unwrap();
        assert_eq!(
            json,
            concat!(
                r#"{"seat":"judge","rules":{"pixels":2,"precommit":true,"first":null,"#,
                r#""order":"alternating","legal":"nonzero"},"classes":10,"width":3,"height":1,"#,
                r#""claims":{"first":4,"second":1},"evidence":[],"to_move":"first","image":null,"#,
                r#""role":null,"truth":null,"verdict":null,"outcome":null}"#
            )
        );
        for seat in WATCHERS.into_iter().chain(DEBATERS) {
            let view = debate.view(seat);
            let json = serde_json::to_string(&view).unwrap();
            assert_eq!(serde_json::from_str::<View>(&json).unwrap(), view);
        }
    }
}
