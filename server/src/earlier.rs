//! What stores hold that earlier versions of the program wrote, brought up to date as it is read.
//!
//! Before version 3 of the protocol a debate was private or it was not, and anybody who could watch a
//! debate before an outside judge could be told more than the judge. Names had fewer rules.

use bytes::Bytes;
use pixel_debate_protocol::{Player, Setup, Visibility};
use serde_json::{Error, Map, Value, from_slice, from_value};

/// How an outside player with a name is written.
const NAMED: &str = "outside:";

/// The setup of a debate.
pub(crate) fn setup(stored: &Bytes) -> Result<Setup, Error> {
    let mut setup: Value = from_slice(stored)?;
    if let Some(fields) = setup.as_object_mut() {
        let outside = fields.get("judge").is_some_and(is_outside);
        let earlier = open(fields, outside)?;
        // The names are kept with what stands behind the debate.
        for seat in ["honest", "liar", "judge"] {
            let dropped = |name: &Value| {
                let name = name.as_str().filter(|name| name.starts_with(NAMED));
                name.is_some_and(|name| earlier || name.parse::<Player>().is_err())
            };
            if let Some(player) = fields.get_mut(seat).filter(|player| dropped(player)) {
                *player = "outside".into();
            }
        }
    }
    from_value(setup)
}

/// What came of a debate.
pub(crate) fn result(stored: &Bytes) -> Result<Value, Error> {
    let mut result: Value = from_slice(stored)?;
    if let Some(fields) = result.as_object_mut() {
        let outside = fields.get("players").and_then(|players| players.get("judge"));
        let outside = outside.is_some_and(is_outside);
        open(fields, outside)?;
    }
    from_value(result)
}

/// Says in today's words who may watch and what they might be told. Whether it was said in others.
fn open(fields: &mut Map<String, Value>, outside: bool) -> Result<bool, Error> {
    let Some(private) = fields.remove("private") else { return Ok(false) };
    let private: bool = from_value(private)?;
    let visibility = if private { Visibility::Private } else { Visibility::Public };
    fields.insert("visibility".into(), serde_json::to_value(visibility)?);
    fields.insert("judge_may_be_influenced".into(), outside.into());
    Ok(true)
}

fn is_outside(player: &Value) -> bool {
    player.as_str().is_some_and(|name| name == "outside" || name.starts_with(NAMED))
}

#[cfg(test)]
mod tests {
    use pixel_debate_game::Sight;

    use super::*;

    /// As version 2 wrote it.
    const SETUP: &str = r#"{"image":null,"pixels":4,"precommit":true,"lie":null,"first":null,
        "order":"alternating","legal":"nonzero","honest":"mcts:1000","liar":"outside:\u202eEve ",
        "judge":"outside:Ada","clock":{"move_ms":30000,"bank_ms":120000},"private":PRIVATE,
        "spectators_see":"image","pace_ms":1500}"#;

    #[test]
    fn setups_of_version_2_say_who_might_watch_and_be_told() {
        for (private, visibility) in [("false", Visibility::Public), ("true", Visibility::Private)]
        {
            let read = setup(&SETUP.replace("PRIVATE", private).into()).unwrap();
            assert_eq!((read.visibility, read.judge_may_be_influenced), (visibility, true));
            assert_eq!((read.liar, read.judge), (Player::outside(), Player::outside()));
            assert_eq!((read.spectators_see, read.seats_ms), (Sight::Image, None));
        }
        let classifier = SETUP.replace("PRIVATE", "false").replace("outside:Ada", "classifier");
        assert!(!setup(&classifier.into()).unwrap().judge_may_be_influenced);
        assert!(setup(&SETUP.replace("PRIVATE", "1").into()).is_err());
    }

    #[test]
    fn names_that_nobody_may_have_any_more_do_no_harm() {
        let judge = Player::Outside { name: Some("Ada".into()) };
        let stored = Setup { judge: judge.clone(), ..Setup::default() };
        let stored = serde_json::to_string(&stored).unwrap();
        let plain = stored.replace("\"mcts:1000\"", "\"outside:e\\u0301\"");
        assert_ne!(plain, stored);
        let read = setup(&plain.into()).unwrap();
        assert_eq!((read.honest, read.judge), (Player::outside(), judge));
    }
}
