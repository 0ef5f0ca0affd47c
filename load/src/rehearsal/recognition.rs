//! Which item somebody has before him.

use pixel_debate_game::{Event, Pixel};
use pixel_debate_protocol::study::ItemScreen;
use pixel_debate_study::file::Kind;
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::items::{Item, Part, Shown};

/// The numbers of the items that look as what is on the screen, of those that have looked so up to now.
pub(super) fn recognize(
    frozen: &Frozen,
    language: &str,
    screen: &ItemScreen,
    before: Option<&[usize]>,
) -> Vec<usize> {
    let items = frozen.items().enumerate();
    let might = items.filter(|(number, _)| before.is_none_or(|before| before.contains(number)));
    let is_it = might.filter(|(_, item)| looks_so(frozen, language, item, screen));
    is_it.map(|(number, _)| number).collect()
}

fn looks_so(frozen: &Frozen, language: &str, item: &Item, screen: &ItemScreen) -> bool {
    let (width, height) = (u32::from(item.image.width()), u32::from(item.image.height()));
    (item.part == Part::Practice) == screen.practice
        && (width, height) == (screen.width, screen.height)
        && item.reveals() == screen.pixels as usize
        && has_answers(frozen, item, screen)
        && text(frozen, language, item) == screen.text
        && screen.shown.iter().enumerate().all(|(at, glance)| {
            let pixel = Pixel::new(glance.x, glance.y);
            item.image.value(pixel) == Some(glance.value)
                && pixel_at(item, at).is_none_or(|planned| planned == pixel)
                && glance.by.is_none_or(|by| answers(item).contains(&by))
        })
}

/// The answers to an item with a lie.
fn answers(item: &Item) -> Vec<u8> {
    [item.claims.honest].into_iter().chain(item.claims.liar).collect()
}

fn has_answers(frozen: &Frozen, item: &Item, screen: &ItemScreen) -> bool {
    let classes = &frozen.plan().dataset.classes;
    let mut expected = match item.claims.liar {
        Some(_) => answers(item),
        None => (0..classes.len().min(255) as u8).collect(),
    };
    let mut shown: Vec<u8> = screen.answers.iter().map(|(label, _)| *label).collect();
    expected.sort_unstable();
    shown.sort_unstable();
    let is_named = |(label, name): &(u8, String)| {
        classes.get(usize::from(*label)).is_some_and(|of| of == name)
    };
    expected == shown && screen.answers.iter().all(is_named)
}

/// Where the pixel of that number is, if it is planned.
fn pixel_at(item: &Item, at: usize) -> Option<Pixel> {
    match &item.shown {
        Shown::Live { .. } => None,
        Shown::Random { pixels, .. } => pixels.get(at).map(|glimpse| glimpse.pixel),
        Shown::Recorded { events, .. } => {
            let reveal = |event: &Event| match event {
                Event::Reveal { pixel, .. } => Some(*pixel),
                _ => None,
            };
            events.iter().filter_map(reveal).nth(at)
        }
    }
}

/// What is said of its condition; of an attention check what is said of an item without a debater.
fn text(frozen: &Frozen, language: &str, item: &Item) -> String {
    let conditions = &frozen.plan().study.conditions;
    let alone = || conditions.iter().find(|condition| condition.kind() == Kind::Alone);
    let name = item.condition.as_ref().or_else(|| alone().map(|condition| &condition.name));
    let texts = frozen.plan().texts.get(language);
    let text = name.and_then(|name| texts?.conditions.get(name));
    text.cloned().unwrap_or_default()
}
