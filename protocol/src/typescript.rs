//! The messages as TypeScript, for the page.

use std::collections::BTreeMap;

use ts_rs::{Config, TS, TypeVisitor};

use crate::{
    API, Analysis, DebateList, DebateRecord, JudgeRecord, OtherJudges, PATH, Request,
    ServerMessage, Standings, VERSION, study,
};

/// A TypeScript module that declares both messages, what the page asks over HTTP and every type in
/// them, in the order of their names.
///
/// The page keeps it as `judge-ui/src/protocol.ts`; a test compares the two.
pub fn declarations() -> String {
    let mut found = Declarations::default();
    found.visit::<Request>();
    found.visit::<ServerMessage>();
    found.visit::<DebateList>();
    found.visit::<DebateRecord>();
    found.visit::<Analysis>();
    found.visit::<Standings>();
    found.visit::<OtherJudges>();
    found.visit::<JudgeRecord>();
    found.visit::<study::StudyOffer>();
    found.visit::<study::StudyJoin>();
    found.visit::<study::StudyJoined>();
    found.visit::<study::Reply>();
    found.visit::<study::Order>();
    found.visit::<study::SentOrder>();
    found.visit::<study::Standing>();
    found.visit::<study::Export>();
    let mut module = format!(
        "// Generated from the crates `protocol` and `game`: \
         PIXEL_DEBATE_WRITE=1 cargo test -p pixel-debate-protocol\n\n\
         export const VERSION = {VERSION};\n\n\
         export const PATH = {PATH:?};\n\n\
         export const API = {API:?};\n",
    );
    for declaration in found.by_name.values() {
        module.push('\n');
        module.push_str(declaration);
        module.push('\n');
    }
    module
}

#[derive(Default)]
struct Declarations {
    by_name: BTreeMap<String, String>,
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        let config = Config::new();
        // Numbers, text and lists have no declaration of their own.
        if T::output_path().is_none() {
            return;
        }
        let docs = T::docs().unwrap_or_default();
        let declaration = format!("{docs}export {}", T::decl(&config));
        if let Some(other) = self.by_name.get(&T::ident(&config)) {
            assert_eq!(*other, declaration, "two types have one name");
            return;
        }
        self.by_name.insert(T::ident(&config), declaration);
        T::visit_dependencies(self);
    }
}
