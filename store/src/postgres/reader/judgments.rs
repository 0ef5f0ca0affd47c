//! Judgments as they are read.

use tokio_postgres::types::Type;

use super::super::rows::{self, JUDGMENT};
use super::PostgresReader;
use crate::fault::Read;
use crate::page::{Page, bound};
use crate::records::StoredJudgment;

impl PostgresReader {
    pub(crate) async fn judgment(&self, id: &str) -> Read<Option<StoredJudgment>> {
        let sql = format!("{JUDGMENT} WHERE judgments.id = $1");
        let found = self.ask(&sql, &[(&id, Type::TEXT)]).await?;
        found.rows.first().map(|row| rows::judgment(&found.session, row)).transpose()
    }

    pub(crate) async fn judgments(&self, after: u64, limit: u32) -> Read<Page<StoredJudgment>> {
        let sql =
            format!("{JUDGMENT} WHERE judgments.place > $1 ORDER BY judgments.place LIMIT $2");
        self.page(&sql, bound(after), limit, rows::judgment).await
    }

    pub(crate) async fn unfinished_judgments(
        &self,
        after: u64,
        limit: u32,
    ) -> Read<Page<StoredJudgment>> {
        let sql = format!(
            "{JUDGMENT} WHERE NOT judgments.ended AND judgments.place > $1
             ORDER BY judgments.place LIMIT $2"
        );
        self.page(&sql, bound(after), limit, rows::judgment).await
    }

    pub(crate) async fn judgments_of(
        &self,
        debate: &str,
        after: u64,
        limit: u32,
    ) -> Read<Page<StoredJudgment>> {
        let sql = format!(
            "{JUDGMENT} WHERE judgments.debate = (SELECT place FROM debates WHERE id = $1)
             AND judgments.place > $2 ORDER BY judgments.place LIMIT $3"
        );
        self.page_of(&sql, (debate, bound(after)), limit, rows::judgment).await
    }

    pub(crate) async fn judgments_by(
        &self,
        judge: &str,
        before: Option<u64>,
        limit: u32,
    ) -> Read<Page<StoredJudgment>> {
        let sql = format!(
            "{JUDGMENT} WHERE judge = $1 AND judgments.place < $2
             ORDER BY judgments.place DESC LIMIT $3"
        );
        let before = before.map_or(i64::MAX, bound);
        self.page_of(&sql, (judge, before), limit, rows::judgment).await
    }
}
