//! A piece of a run as bytes: a mark, the key, a checksum, the rows.

use sha2::{Digest, Sha256};

use crate::rows::Row;

const MARK: &[u8; 8] = b"pdshard1";
const KEY: usize = 32;
const HEAD: usize = MARK.len() + KEY + 32;

/// The rows as bytes. The key has 32 letters.
pub(crate) fn to_bytes(key: &str, rows: &[Row]) -> Vec<u8> {
    let payload = postcard::to_allocvec(rows).expect("rows are plain numbers");
    let checksum = Sha256::digest(&payload);
    [MARK, key.as_bytes(), &checksum, &payload].concat()
}

/// The rows that those bytes hold, or what is wrong with them.
pub(crate) fn from_bytes(key: &str, bytes: &[u8]) -> Result<Vec<Row>, &'static str> {
    if bytes.len() < HEAD || bytes[..MARK.len()] != MARK[..] {
        return Err("it is no shard of a run, or cut short");
    }
    if bytes[MARK.len()..MARK.len() + KEY] != *key.as_bytes() {
        return Err("it is a shard of another run, or damaged");
    }
    let payload = &bytes[HEAD..];
    if Sha256::digest(payload)[..] != bytes[MARK.len() + KEY..HEAD] {
        return Err("its checksum is not that of its contents: it is damaged");
    }
    postcard::from_bytes(payload).map_err(|_| "its contents are no rows")
}
