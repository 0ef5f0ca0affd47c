use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use proptest::prelude::*;

use super::*;

/// An IDX file of these sizes over that data, which need not fit.
fn idx(dimensions: &[u32], data: &[u8]) -> Vec<u8> {
    let mut file = (0x0800 + dimensions.len() as u32).to_be_bytes().to_vec();
    file.extend(dimensions.iter().flat_map(|side| side.to_be_bytes()));
    file.extend(data);
    file
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The refusal of a file of images, plain and gzipped.
fn refusals(file: &[u8]) -> [String; 2] {
    [file.to_vec(), gzip(file)].map(|bytes| images("FILE", &bytes).unwrap_err().to_string())
}

#[test]
fn plain_and_gzipped_files_read_alike() {
    let file = idx(&[2, 1, 3], &[1, 2, 3, 4, 5, 6]);
    let wanted = IdxImages { height: 1, width: 3, pixels: vec![1, 2, 3, 4, 5, 6] };
    assert_eq!(images("FILE", &file).unwrap(), wanted);
    assert_eq!(images("FILE", &gzip(&file)).unwrap(), wanted);
    assert_eq!(labels("FILE", &idx(&[2], &[7, 9])).unwrap(), [7, 9]);
}

#[test]
fn a_wrong_magic_number_is_named() {
    let labels_not_images = "FILE: the IDX magic number is 0x00000801: it must be 0x00000803, for bytes with 3 dimensions";
    assert_eq!(refusals(&idx(&[1], &[0; 30])), [labels_not_images; 2]);
}

#[test]
fn a_short_header_is_named() {
    let short =
        "FILE: the IDX header is cut short: it is a magic number and the sizes of 3 dimensions, 4 bytes each".to_owned();
    for length in 0..16 {
        assert_eq!(refusals(&idx(&[1, 1, 1], &[])[..length]), [short.clone(), short.clone()]);
    }
}

#[test]
fn huge_dimensions_are_refused_before_anything_is_allocated() {
    for dimensions in [[u32::MAX; 3], [60_000, 28, 28], [1 << 22, 1 << 21, 1 << 21]] {
        for refusal in refusals(&idx(&dimensions, &[0; 12])) {
            let wanted = format!("FILE: the IDX header promises {dimensions:?} bytes: the file");
            assert!(refusal.starts_with(&wanted), "{refusal}");
        }
    }
}

#[test]
fn missing_and_trailing_bytes_are_named() {
    let [plain, gzipped] = refusals(&idx(&[1, 2, 3], &[0; 5]));
    assert_eq!(plain, "FILE: the IDX header promises [1, 2, 3] bytes: the file can hold 5 at most");
    assert_eq!(gzipped, "FILE: truncated: 5 bytes of data, and the IDX header promises 6");
    let trailing = "FILE: more bytes follow the 6 that the IDX header promises";
    assert_eq!(refusals(&idx(&[1, 2, 3], &[0; 7])), [trailing; 2]);
}

#[test]
fn damaged_gzip_is_named() {
    let whole = gzip(&idx(&[1, 2, 3], &[1, 2, 3, 4, 5, 6]));
    let refusal = |bytes: &[u8]| images("FILE", bytes).unwrap_err().to_string();

    let mut longer = whole.clone();
    longer.push(0);
    assert_eq!(refusal(&longer), "FILE: more bytes follow the end of the gzip stream");
    let mut damaged = whole.clone();
    let checksum = damaged.len() - 8;
    damaged[checksum] ^= 1;
    let refused = refusal(&damaged);
    assert!(refused.starts_with("FILE: the data cannot be read or unpacked: corrupt"), "{refused}");
    for length in 2..whole.len() {
        assert!(images("FILE", &whole[..length]).is_err(), "the first {length} bytes");
    }
}

/// Counts what is read through it.
struct Counted<R> {
    reader: R,
    read: usize,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.reader.read(buffer)?;
        self.read += read;
        Ok(read)
    }
}

#[test]
fn no_more_is_unpacked_than_the_header_promises() {
    let bomb = gzip(&idx(&[1, 2, 3], &vec![0; 1 << 24]));
    let mut unpacked = Counted { reader: GzDecoder::new(&bomb[..]), read: 0 };
    let refused = read_unpacked::<3>(&mut unpacked, bomb.len() as u64, 1 << 24);
    assert!(matches!(refused, Err(Fault::Trailing { promised: 6 })));
    assert_eq!(unpacked.read, 16 + 6 + 1);
}

fn from_idx(images: &[u8], labels: &[u8]) -> Result<Dataset, String> {
    let dir = tempfile::tempdir().unwrap();
    let paths = [dir.path().join("images"), dir.path().join("labels")];
    std::fs::write(&paths[0], images).unwrap();
    std::fs::write(&paths[1], labels).unwrap();
    Dataset::from_idx("pair", &paths[0], &paths[1], vec!["a".into(), "b".into()])
        .map_err(|error| error.to_string().replace(&format!("{}/", dir.path().display()), ""))
}

#[test]
fn a_pair_of_files_is_a_dataset() {
    let dataset = from_idx(&idx(&[2, 1, 3], &[1; 6]), &gzip(&idx(&[2], &[1, 0]))).unwrap();
    assert_eq!((dataset.len(), dataset.width(), dataset.height()), (2, 3, 1));
    assert_eq!((dataset.label(0), dataset.label(1)), (1, 0));
}

#[test]
fn the_file_at_fault_is_named() {
    let images = idx(&[2, 1, 3], &[1; 6]);
    for (images, labels, wanted) in [
        (&images, idx(&[3], &[0; 3]), "labels: 3 labels for 2 images: each image has one"),
        (
            &images,
            idx(&[2], &[0, 2]),
            "labels: label 2 of image 1 is out of range: there are 2 classes, from 0",
        ),
        (
            &idx(&[2, 0, 3], &[]),
            idx(&[2], &[0, 1]),
            "images: images of 3×0 pixels: both sides must be 1 to 255",
        ),
        (&idx(&[0, 1, 3], &[]), idx(&[0], &[]), "images: no images"),
    ] {
        assert_eq!(from_idx(images, &labels).unwrap_err(), wanted);
    }
}

#[test]
fn what_is_not_a_file_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let refusal = |path: &Path| Dataset::from_idx("", path, path, vec![]).unwrap_err().to_string();
    assert_eq!(refusal(dir.path()), format!("{}: not a file", dir.path().display()));
    let missing = dir.path().join("missing");
    assert!(refusal(&missing).starts_with(&missing.display().to_string()));
}

/// A header of a size that often fits the data, sometimes gzipped, or mere bytes.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..200);
    let side = || prop_oneof![0u32..8, any::<u32>()];
    let file = prop_oneof![
        bytes(),
        (side(), bytes()).prop_map(|(count, data)| idx(&[count], &data)),
        ([side(), side(), side()], bytes()).prop_map(|(sides, data)| idx(&sides, &data)),
    ];
    (file, any::<bool>(), any::<(prop::sample::Index, u8)>()).prop_map(
        |(file, packed, (at, flip))| {
            if !packed {
                return file;
            }
            let mut packed = gzip(&file);
            let at = at.index(packed.len());
            packed[at] ^= flip;
            packed
        },
    )
}

proptest! {
    #[test]
    fn any_bytes_are_an_error_or_a_whole_file(bytes in hostile()) {
        if let Ok(IdxImages { height, width, pixels }) = images("FILE", &bytes) {
            prop_assert!(pixels.is_empty() || pixels.len() % (height * width) == 0);
        }
        if let Ok(labels) = labels("FILE", &bytes)
            && !bytes.starts_with(&GZIP_MAGIC)
        {
            prop_assert_eq!(idx(&[labels.len() as u32], &labels), bytes);
        }
    }

    #[test]
    fn a_written_file_reads_back_and_no_part_of_it_does(
        (sides, data) in [1u32..5, 1..5, 1..5].prop_flat_map(|sides| {
            let size = sides.iter().product::<u32>() as usize;
            (Just(sides), prop::collection::vec(any::<u8>(), size))
        }),
    ) {
        let file = idx(&sides, &data);
        for file in [file.clone(), gzip(&file)] {
            let read = images("FILE", &file)?;
            prop_assert_eq!((read.height as u32, read.width as u32), (sides[1], sides[2]));
            prop_assert_eq!(&read.pixels, &data);
            for length in 0..file.len() {
                prop_assert!(images("FILE", &file[..length]).is_err());
            }
        }
    }
}
