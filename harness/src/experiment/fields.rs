//! The fields of an experiment's tables, which may name what was brought along.

use crate::Custom;

pub(super) type Source<'a> = pixel_debate_fields::Source<'a, Custom>;
pub(super) type Field<'a> = pixel_debate_fields::Field<'a, Custom>;
pub(super) type Fields<'a, 'i> = pixel_debate_fields::Fields<'a, 'i, Custom>;
