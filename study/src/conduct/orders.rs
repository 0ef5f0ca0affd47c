//! What the researcher's orders come to.

use pixel_debate_protocol::Refusal;
use pixel_debate_protocol::study::Order;

use super::log::{Cause, Event};
use super::member::{Member, MemberState};
use super::study::{Conduct, illegal};
use crate::allocation::Left;
use crate::results::Look;

/// The most characters of a reason.
const MOST_REASON: usize = 1000;

impl Conduct {
    /// Whether an order of that name was carried out.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] if another order has that name.
    pub fn carried_out(&self, id: &str, order: &Order) -> Result<bool, Refusal> {
        let Some(entry) = self.orders.get(id).and_then(|at| self.log.get(*at)) else {
            return Ok(false);
        };
        if led_to(order, &entry.event) {
            return Ok(true);
        }
        Err(illegal(format!("another order has the id {id:?}"), "an id of its own for each order"))
    }

    /// What an order comes to.
    ///
    /// # Errors
    ///
    /// A [`Refusal`] if it cannot be carried out.
    pub fn order(&self, order: &Order) -> Result<Event, Refusal> {
        if self.closed.is_some()
            && !matches!(order, Order::Peek {} | Order::Erase { .. } | Order::Exclude { .. })
        {
            return Err(illegal("the study has ended", "to look, to exclude or to erase"));
        }
        match order {
            Order::Pause {} if self.paused => {
                Err(illegal("the study is interrupted already", "\"resume\""))
            }
            Order::Pause {} => Ok(Event::Paused {}),
            Order::Resume {} if self.paused => Ok(Event::Resumed {}),
            Order::Resume {} => Err(illegal("the study is not interrupted", "\"pause\"")),
            Order::Peek {} => Ok(Event::Peeked { what: Look::Accuracy }),
            Order::Close { reason } => {
                let reason = reason.as_deref().map(said).transpose()?;
                if reason.is_none() && !self.places.is_complete() {
                    return Err(illegal("the study ends before all places are filled", "a reason"));
                }
                Ok(Event::Closed { reason })
            }
            Order::Withdraw { item, reason } => {
                let (number, items) = (*item as usize, self.frozen().items().len());
                if number >= items {
                    return Err(illegal(
                        format!("there is no item {item}"),
                        format!("0 to {}", items.saturating_sub(1)),
                    ));
                }
                if self.withdrawn.contains_key(&number) {
                    return Err(illegal(format!("item {item} has been withdrawn"), "another item"));
                }
                Ok(Event::Withdrawn { item: number, reason: said(reason)? })
            }
            Order::Exclude { participant, reason } => {
                let member = self.ordered(participant)?;
                let idle = matches!(member.state, MemberState::Left { cause: Cause::Idle {}, .. });
                if matches!(member.state, MemberState::Left { .. }) && !idle {
                    return Err(illegal(
                        format!("{} has left already", member.name),
                        "one who takes part or has finished",
                    ));
                }
                let cause = Cause::Researcher { reason: said(reason)? };
                Ok(Event::Left { participant: member.name.clone(), left: Left::Excluded, cause })
            }
            Order::Erase { participant, reason } => {
                let member = self.ordered(participant)?;
                if member.erased.is_some() {
                    return Err(illegal(
                        format!("what {} said has been removed", member.name),
                        "another participant",
                    ));
                }
                Ok(Event::Erased { participant: member.name.clone(), reason: said(reason)? })
            }
        }
    }

    fn ordered(&self, name: &str) -> Result<&Member, Refusal> {
        self.member(name).ok_or_else(|| {
            let shortened: String = name.chars().take(60).collect();
            illegal(
                format!("there is no participant {shortened:?}"),
                "a name of the list, \"p0001\" for example",
            )
        })
    }
}

/// Whether that order leads to that event.
pub(super) fn led_to(order: &Order, event: &Event) -> bool {
    match (order, event) {
        (Order::Pause {}, Event::Paused {})
        | (Order::Resume {}, Event::Resumed {})
        | (Order::Peek {}, Event::Peeked { what: Look::Accuracy }) => true,
        (Order::Close { reason: ordered }, Event::Closed { reason }) => ordered == reason,
        (Order::Withdraw { item: ordered, reason: why }, Event::Withdrawn { item, reason }) => {
            *ordered as usize == *item && why == reason
        }
        (
            Order::Exclude { participant: ordered, reason: why },
            Event::Left { participant, cause: Cause::Researcher { reason }, .. },
        )
        | (
            Order::Erase { participant: ordered, reason: why },
            Event::Erased { participant, reason },
        ) => ordered == participant && why == reason,
        _ => false,
    }
}

/// A reason that can be kept.
fn said(reason: &str) -> Result<String, Refusal> {
    let control = |letter: char| letter.is_control() && letter != '\n';
    let length = reason.chars().count();
    if reason.trim().is_empty() || length > MOST_REASON || reason.contains(control) {
        let expected =
            format!("1 to {MOST_REASON} characters, and none of control but ends of lines");
        return Err(illegal(format!("a reason of {length} characters"), expected));
    }
    Ok(reason.to_owned())
}
