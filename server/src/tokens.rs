//! Names of debates and keys to seats: made here, and the keys checked here.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pixel_debate_game::{Debater, Role, Rules};
use pixel_debate_protocol::{ClassCode, DebateId, Setup, Token, Tokens, Visibility};
use rand::TryRng;
use rand::rngs::{SysError, SysRng};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use subtle::{Choice, ConstantTimeEq};
use thiserror::Error;

use crate::chair::Chair;

/// The system gives no random numbers, so there can be no keys.
#[derive(Debug, Error)]
#[error("the system gives no random numbers: {0}")]
pub(crate) struct NoRandomness(#[from] SysError);

/// A new code for a class, which says nothing about it.
pub(crate) fn new_class_code() -> Result<ClassCode, NoRandomness> {
    let letters = ClassCode::LETTERS.as_bytes();
    let mut code = String::new();
    while code.len() < ClassCode::LENGTH {
        let mut bits = [0; 1];
        SysRng.try_fill_bytes(&mut bits)?;
        // The same chance for each letter: what is over the largest multiple is drawn again.
        let place = usize::from(bits[0]);
        if place < 256 - 256 % letters.len() {
            code.push(char::from(letters[place % letters.len()]));
        }
    }
    Ok(code.parse().expect("these are its letters"))
}

/// A new name for a debate: 96 random bits, which say nothing about it and meet no other.
pub(crate) fn new_debate_id() -> Result<DebateId, NoRandomness> {
    let mut bits = [0; 12];
    SysRng.try_fill_bytes(&mut bits)?;
    Ok(DebateId(URL_SAFE_NO_PAD.encode(bits)))
}

/// What the server keeps of a token: enough to know it again, not enough to give it away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lock([u8; 32]);

/// The locks of a debate's seats, by place: of those with an outside player, and of the
/// spectators' where the debate is private. And that of whoever set it up, which debates of before
/// there was one do not have.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Locks {
    pub(crate) first: Option<Lock>,
    pub(crate) second: Option<Lock>,
    /// Of the one judge's seat.
    pub(crate) judge: Option<Lock>,
    /// Of the seats of a panel's judges instead.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) panel: Vec<Lock>,
    pub(crate) spectator: Option<Lock>,
    #[serde(default)]
    pub(crate) creator: Option<Lock>,
    /// The class whose members are the audience, by their own tokens.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) class: Option<ClassCode>,
}

impl Lock {
    /// A new token of 256 random bits from the system, and its lock.
    pub(crate) fn new() -> Result<(Token, Self), NoRandomness> {
        let mut bits = [0; 32];
        SysRng.try_fill_bytes(&mut bits)?;
        let token = Token(URL_SAFE_NO_PAD.encode(bits));
        let lock = Self::of(&token.0);
        Ok((token, lock))
    }

    /// The lock that a token opens.
    pub(crate) fn of(token: &str) -> Self {
        Self(Sha256::digest(token.as_bytes()).into())
    }

    /// Whether the token opens the lock. How long the answer takes tells nothing about the right
    /// token.
    pub(crate) fn opens_with(&self, token: &str) -> bool {
        self.compare(&Self::of(token)).into()
    }

    pub(crate) fn compare(&self, other: &Self) -> Choice {
        self.0.ct_eq(&other.0)
    }
}

impl Locks {
    /// New locks for a debate with that setup and those rules, and the tokens that open them.
    pub(crate) fn new(setup: &Setup, rules: Rules) -> Result<(Self, Tokens), NoRandomness> {
        let (creator, creators) = Lock::new()?;
        let mut locks = Self { creator: Some(creators), ..Self::default() };
        let (honest, liar, judge, spectator) = (None, None, None, None);
        let panel = Vec::new();
        let mut tokens = Tokens { honest, liar, judge, panel, spectator, creator };
        let fit = |fitted: bool, lock: &mut Option<Lock>, key: &mut Option<Token>| {
            if fitted {
                let (token, new) = Lock::new()?;
                (*lock, *key) = (Some(new), Some(token));
            }
            Ok::<_, NoRandomness>(())
        };
        let (honest, liar) = match rules.seat_of(Role::Honest) {
            Debater::First => (&mut locks.first, &mut locks.second),
            Debater::Second => (&mut locks.second, &mut locks.first),
        };
        fit(setup.honest.is_outside(), honest, &mut tokens.honest)?;
        fit(setup.liar.is_outside(), liar, &mut tokens.liar)?;
        match setup.outside_judges() {
            judges @ (0 | 1) => fit(judges == 1, &mut locks.judge, &mut tokens.judge)?,
            judges => {
                for _ in 0..judges {
                    let (token, lock) = Lock::new()?;
                    locks.panel.push(lock);
                    tokens.panel.push(token);
                }
            }
        }
        let private = setup.visibility == Visibility::Private;
        fit(private, &mut locks.spectator, &mut tokens.spectator)?;
        Ok((locks, tokens))
    }

    /// Locks for a debate of a class: its presenter's token opens what those of a creator and of spectators do, and
    /// members debate by their own.
    pub(crate) fn of_class(
        class: ClassCode,
        presenter: Lock,
        [first, second]: [Option<Lock>; 2],
    ) -> Self {
        let (spectator, creator) = (Some(presenter.clone()), Some(presenter));
        Self { first, second, spectator, creator, class: Some(class), ..Self::default() }
    }

    /// The seat that the token opens. It is compared with every lock, so that the time it takes
    /// does not tell with which it agrees.
    pub(crate) fn chair(&self, token: &Token) -> Option<Chair> {
        let key = Lock::of(&token.0);
        let others = [
            (&self.first, Chair::Debater(Debater::First)),
            (&self.second, Chair::Debater(Debater::Second)),
            (&self.spectator, Chair::Spectator),
        ];
        let others = others.into_iter().filter_map(|(lock, chair)| Some((lock.as_ref()?, chair)));
        let judges = (0..).zip(self.judges()).map(|(judge, lock)| (lock, Chair::Judge(judge)));
        others.chain(judges).fold(
            None,
            |found, (lock, chair)| {
                if lock.compare(&key).into() { Some(chair) } else { found }
            },
        )
    }

    /// The locks of the outside judges' seats.
    fn judges(&self) -> impl Iterator<Item = &Lock> {
        self.judge.iter().chain(&self.panel)
    }

    /// Whether the token is that of whoever set the debate up.
    pub(crate) fn is_creator(&self, token: &Token) -> bool {
        self.creator.as_ref().is_some_and(|lock| lock.opens_with(&token.0))
    }

    /// Whether that debater comes from outside.
    pub(crate) const fn is_outside(&self, debater: Debater) -> bool {
        match debater {
            Debater::First => self.first.is_some(),
            Debater::Second => self.second.is_some(),
        }
    }

    /// How many judges come from outside.
    pub(crate) fn outside_judges(&self) -> u8 {
        self.judges().count() as u8
    }

    /// The outside players' seats.
    pub(crate) fn outside(&self) -> Vec<Chair> {
        let debaters = [Debater::First, Debater::Second].into_iter();
        let debaters = debaters.filter(|debater| self.is_outside(*debater)).map(Chair::Debater);
        debaters.chain((0..self.outside_judges()).map(Chair::Judge)).collect()
    }
}

impl Serialize for Lock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&URL_SAFE_NO_PAD.encode(self.0))
    }
}

impl<'de> Deserialize<'de> for Lock {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(de::Error::custom)?;
        let hash = bytes.try_into().map_err(|_| de::Error::custom("a hash has 32 bytes"))?;
        Ok(Self(hash))
    }
}

#[cfg(test)]
mod tests {
    use pixel_debate_game::PanelRule;
    use pixel_debate_protocol::{Panel, Player};

    use super::*;

    #[test]
    fn a_token_opens_its_own_lock_only() {
        let (token, lock) = Lock::new().unwrap();
        let (other, _) = Lock::new().unwrap();
        assert!(lock.opens_with(&token.0));
        assert!(!lock.opens_with(&other.0));
        assert!(!lock.opens_with(""));
        assert_eq!(token.0.len(), 43);
    }

    #[test]
    fn every_outside_player_has_a_key_to_its_own_place() {
        let outside = Player::outside;
        let setup = Setup {
            honest: outside(),
            liar: outside(),
            judge: outside(),
            visibility: Visibility::Private,
            ..Setup::default()
        };
        for (first, honest, liar) in [
            (Role::Honest, Debater::First, Debater::Second),
            (Role::Liar, Debater::Second, Debater::First),
        ] {
            let (locks, tokens) = Locks::new(&setup, Rules::paper(4, true, first)).unwrap();
            for (token, seat) in [
                (&tokens.honest, Chair::Debater(honest)),
                (&tokens.liar, Chair::Debater(liar)),
                (&tokens.judge, Chair::Judge(0)),
                (&tokens.spectator, Chair::Spectator),
            ] {
                assert_eq!(locks.chair(token.as_ref().unwrap()), Some(seat));
                assert!(!locks.is_creator(token.as_ref().unwrap()));
            }
            assert_eq!(locks.chair(&tokens.creator), None);
            assert!(locks.is_creator(&tokens.creator));
            assert_eq!(locks.chair(&Token("guess".into())), None);
            let stored = serde_json::to_string(&locks).unwrap();
            assert_eq!(serde_json::from_str::<Locks>(&stored).unwrap(), locks);
            assert!(!stored.contains(&tokens.judge.unwrap().0));
        }
    }

    #[test]
    fn every_judge_of_a_panel_has_a_key_of_its_own() {
        let panel = Some(Panel { judges: 3, decides: PanelRule::Mean });
        let setup = Setup { judge: Player::outside(), panel, ..Setup::default() };
        let (locks, tokens) = Locks::new(&setup, Rules::paper(4, true, Role::Liar)).unwrap();
        assert_eq!((tokens.judge, tokens.panel.len()), (None, 3));
        for (judge, token) in (0..).zip(&tokens.panel) {
            assert_eq!(locks.chair(token), Some(Chair::Judge(judge)));
        }
        assert_eq!(locks.outside(), [0, 1, 2].map(Chair::Judge));
        let stored = serde_json::to_string(&locks).unwrap();
        assert_eq!(serde_json::from_str::<Locks>(&stored).unwrap(), locks);
    }

    #[test]
    fn who_is_built_in_has_no_key() {
        let rules = Rules::paper(4, true, Role::Liar);
        let (locks, tokens) = Locks::new(&Setup::default(), rules).unwrap();
        assert_eq!(Locks { creator: None, ..locks }, Locks::default());
        let Tokens { honest, liar, judge, spectator, .. } = tokens;
        assert_eq!([honest, liar, judge, spectator], [None, None, None, None]);
    }

    #[test]
    fn names_differ() {
        assert_ne!(new_debate_id().unwrap(), new_debate_id().unwrap());
    }
}
