//! The key of a study: what participants come back by, and by what somebody who comes again is known.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use pixel_debate_study::conduct::log::Known;
use rand::TryRng;
use rand::rngs::SysRng;
use sha2::Sha256;

use std::collections::BTreeMap;

use crate::tokens::NoRandomness;

/// 256 random bits that the store keeps. With them a participant's token is made of the participant's name, and known
/// again, so that none has to be kept; and who they are becomes a hash that says nothing to whoever has not the key.
#[derive(Clone)]
pub(super) struct Key([u8; 32]);

impl Key {
    /// A new one.
    pub(super) fn new() -> Result<Self, NoRandomness> {
        let mut bits = [0; 32];
        SysRng.try_fill_bytes(&mut bits)?;
        Ok(Self(bits))
    }

    /// The one that was kept as these bytes, if it is one.
    pub(super) fn kept(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    pub(super) fn bytes(&self) -> [u8; 32] {
        self.0
    }

    /// The token of the participant of that name.
    pub(super) fn token(&self, name: &str) -> String {
        let mac = self.mac("participant", [name]).finalize().into_bytes();
        format!("{name}.{}", URL_SAFE_NO_PAD.encode(mac))
    }

    /// Whose token that is, if it is anybody's. How long the answer takes tells nothing about the right token.
    pub(super) fn opened<'a>(&self, token: &'a str) -> Option<&'a str> {
        let (name, mac) = token.split_once('.')?;
        let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
        self.mac("participant", [name]).verify_slice(&mac).is_ok().then_some(name)
    }

    /// By what somebody is known who comes with these parameters, of which the first says who it is; without it, by the
    /// key of their own.
    pub(super) fn known(
        &self,
        named: &[String],
        parameters: &BTreeMap<String, String>,
        key: Option<&str>,
    ) -> Option<Known> {
        let Some(person) = named.first().and_then(|name| parameters.get(name)) else {
            let mac = self.mac("key", [key?]).finalize().into_bytes();
            let hash = URL_SAFE_NO_PAD.encode(mac);
            return Some(Known { person: hash.clone(), visit: hash });
        };
        let all = parameters.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]);
        let hash = |what: &'static str, parts: Vec<&str>| {
            URL_SAFE_NO_PAD.encode(self.mac(what, parts).finalize().into_bytes())
        };
        Some(Known { person: hash("person", vec![person]), visit: hash("visit", all.collect()) })
    }

    /// Of one purpose, and of parts that cannot run into each other.
    fn mac<'a>(&self, purpose: &'a str, parts: impl IntoIterator<Item = &'a str>) -> Hmac<Sha256> {
        // A key shorter than a block is one with zeros after it.
        let mut block = [0; 64];
        block[..self.0.len()].copy_from_slice(&self.0);
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&block.into());
        for part in [purpose].into_iter().chain(parts) {
            mac.update(&(part.len() as u64).to_le_bytes());
            mac.update(part.as_bytes());
        }
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_its_participants_alone() {
        let (key, other) = (Key([7; 32]), Key([8; 32]));
        let token = key.token("p0001");
        assert_eq!(key.opened(&token), Some("p0001"));
        assert_eq!(other.opened(&token), None);
        for wrong in [
            token.replace("p0001", "p0002"),
            token[..token.len() - 1].to_owned(),
            format!("{token}A"),
            "p0001.".to_owned(),
            "p0001".to_owned(),
            String::new(),
        ] {
            assert_eq!(key.opened(&wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_person_is_known_again_and_a_visit_apart() {
        let key = Key([7; 32]);
        let named = ["PID".to_owned(), "SESSION".to_owned()];
        let known = |pairs: &[(&str, &str)]| {
            let parameters = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            key.known(&named, &parameters, Some("another"))
        };
        let first = known(&[("PID", "ann"), ("SESSION", "1")]).unwrap();
        let again = known(&[("PID", "ann"), ("SESSION", "2")]).unwrap();
        assert_eq!(first.person, again.person);
        assert_ne!(first.visit, again.visit);
        assert_ne!(known(&[("PID", "ben"), ("SESSION", "1")]).unwrap().person, first.person);
        assert!(!first.person.contains("ann"));
        assert_eq!(key.known(&[], &BTreeMap::new(), None), None);
        // Who is not named is known by the key that the page has drawn.
        let drawn = |drawn| key.known(&named, &BTreeMap::new(), Some(drawn)).unwrap();
        assert_eq!(drawn("one"), drawn("one"));
        assert_ne!(drawn("one").person, drawn("other").person);
        assert_ne!(drawn("ann").person, first.person);
    }
}
