//! What `study check` says of a study's allocation, and of what it can find.

use std::io::{self, Write};

use clap::Args;
use pixel_debate_statistics::Design;
use pixel_debate_study::allocation::Balance;
use pixel_debate_study::file::Study;
use pixel_debate_study::{Assumptions, Power};

use crate::failure::Failure;

/// What is assumed of judges and images, to say what difference the study can find.
#[derive(Args)]
pub(super) struct PowerOptions {
    /// How often judges are right in the condition with the lower rate, 0.001 to 0.999
    #[arg(
        long,
        value_name = "RATE",
        default_value_t = Assumptions::default().base_rate,
        value_parser = rate
    )]
    base_rate: f64,
    /// How much participants differ: the standard deviation of the logit of being right, 0 to 5
    #[arg(
        long,
        value_name = "SD",
        default_value_t = Assumptions::default().participant_sd,
        value_parser = deviation
    )]
    participant_sd: f64,
    /// How much images differ, likewise
    #[arg(
        long,
        value_name = "SD",
        default_value_t = Assumptions::default().item_sd,
        value_parser = deviation
    )]
    item_sd: f64,
}

/// A number from the first to the last.
fn number(text: &str, least: f64, most: f64) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| format!("it must be a number from {least} to {most}"))
}

fn rate(text: &str) -> Result<f64, String> {
    number(text, Design::MIN_RATE, 1.0 - Design::MIN_RATE)
}

fn deviation(text: &str) -> Result<f64, String> {
    number(text, 0.0, Design::MAX_SD)
}

/// How balanced the study's allocation is.
pub(super) fn allocation(output: &mut impl Write, study: &Study) -> Result<(), Failure> {
    let balance = Balance::of(&study.request())?;
    let counted = |[least, most]: [u32; 2], what: &str| {
        let plural = if most == 1 { "" } else { "s" };
        let or = if least == most { String::new() } else { format!("{least} or ") };
        format!("{or}{most} {what}{plural}")
    };
    writeln!(
        output,
        "allocation\n  every cell {}; of every participant {} in each condition",
        counted(balance.cell, "time"),
        counted(balance.conditions, "item")
    )?;
    let places = |[rarer, other]: [u32; 2], is_balanced: bool| {
        let balanced = if is_balanced { "" } else { ", for they are not balanced" };
        format!("{rarer} to {other} where they are least even{balanced}")
    };
    let assignment = &study.assignment;
    if let Some(sides) = balance.sides {
        let sides = places(sides, assignment.balance_sides);
        writeln!(output, "  sides, in a cell of a condition with two: {sides}")?;
    }
    let answers = places(balance.answers, assignment.balance_answers);
    Ok(writeln!(output, "  places of answers, in a cell: {answers}")?)
}

impl PowerOptions {
    /// What difference the study can find.
    pub(super) fn say(&self, output: &mut impl Write, study: &Study) -> Result<(), Failure> {
        let Self { base_rate, participant_sd, item_sd } = *self;
        let assumed = Assumptions { base_rate, participant_sd, item_sd };
        let Some(power) = study.power(assumed)? else {
            let none = "a difference needs two conditions, and two images and participants with items in both";
            return Ok(writeln!(output, "power\n  none: {none}")?);
        };
        say(output, &power)?;
        Ok(())
    }
}

fn say(output: &mut impl Write, power: &Power) -> io::Result<()> {
    let Power { pairs, design, participants, least } = power;
    let Design { participants: simulated, each, base_rate, studies, .. } = design;
    let percent = |rate: f64| format!("{:.1} %", 100.0 * rate);
    writeln!(output, "power, by {studies} simulated studies")?;
    let found = match least {
        Some(least) => format!(
            "the least difference in accuracy that is found in 80 % of them: {:.1} points, from {} to {}",
            100.0 * least,
            percent(*base_rate),
            percent(base_rate + least)
        ),
        None => format!("no difference from {} up is found in 80 % of them", percent(*base_rate)),
    };
    writeln!(output, "  {found}")?;
    let some = if (*simulated as u64) < *participants {
        format!(", fewer than the {participants} that there are, who find less of course")
    } else {
        String::new()
    };
    writeln!(
        output,
        "  of two conditions, {} judgments in each: {each} items of {simulated} participants in both{some}",
        simulated * each / 2
    )?;
    let of_pairs = if *pairs == 1 {
        "found at 5 %".to_owned()
    } else {
        format!(
            "found at 5 % / {pairs}, for there are {pairs} pairs (Bonferroni, Holm's first step)"
        )
    };
    writeln!(output, "  {of_pairs}, by the errors of the report's p")?;
    writeln!(
        output,
        "  assumed: {} right in the one; participants differ by {}, images by {} (standard deviations of the logit)",
        percent(*base_rate),
        design.participant_sd,
        design.item_sd
    )
}
