//! Which item somebody has before them.

use pixel_debate_game::Pixel;
use pixel_debate_protocol::study::ItemScreen;
use pixel_debate_study::Texts;
use pixel_debate_study::frozen::Frozen;
use pixel_debate_study::items::{Item, Part};

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
        && has_rest(item, screen)
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
    item.revealed().get(at).copied()
}

/// What is shown in the end of an attention check is shown then, and not before.
fn has_rest(item: &Item, screen: &ItemScreen) -> bool {
    if screen.shown.len() < screen.pixels as usize {
        return screen.more.is_empty();
    }
    let shown = screen.more.iter().map(|glance| (Pixel::new(glance.x, glance.y), glance.value));
    item.rest.iter().map(|glimpse| (glimpse.pixel, glimpse.value)).eq(shown)
        && screen.more.iter().all(|glance| glance.by.is_none())
}

/// What is said of its condition; of an attention check by words, what to answer as well.
fn text(frozen: &Frozen, language: &str, item: &Item) -> String {
    let Some(texts) = frozen.plan().texts.get(language) else { return String::new() };
    let text = item.condition.as_ref().and_then(|name| texts.conditions.get(name));
    let text = text.cloned().unwrap_or_default();
    match &texts.check {
        Some(check) if item.part == Part::Check => {
            let answer = frozen.plan().dataset.classes.get(usize::from(item.label));
            let check = check.replace(Texts::ANSWER, answer.map_or("", String::as_str));
            format!("{text}\n\n{check}")
        }
        _ => text,
    }
}
