use std::io::Cursor;

use image::{DynamicImage, GrayAlphaImage, GrayImage, LumaA, RgbImage, imageops};
use tempfile::TempDir;

use super::*;
use crate::Labelling;

mod formats;

/// A folder of two classes with a picture each: one in colour, one partly transparent.
fn pets() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for class in ["dog", "cat"] {
        fs::create_dir(dir.path().join(class)).unwrap();
    }
    let white = RgbImage::from_pixel(4, 2, image::Rgb([255; 3]));
    white.save(dir.path().join("dog/b.bmp")).unwrap();
    let ramp =
        GrayAlphaImage::from_fn(4, 2, |x, y| LumaA([200, if y == 0 { 85 * x as u8 } else { 255 }]));
    ramp.save(dir.path().join("cat/a.png")).unwrap();
    dir
}

fn open(dir: &TempDir) -> Result<Dataset, String> {
    open_as(dir, Reading::default())
}

fn open_as(dir: &TempDir, reading: Reading) -> Result<Dataset, String> {
    let opened = Dataset::from_pictures("pets", dir.path(), reading);
    opened.map_err(|error| error.to_string().replace(&dir.path().display().to_string(), "PETS"))
}

fn refusal(dir: &TempDir) -> String {
    open(dir).unwrap_err()
}

#[test]
fn classes_and_pictures_come_in_order() {
    let pets = open(&pets()).unwrap();
    assert_eq!(pets.classes(), ["cat", "dog"]);
    assert_eq!((pets.len(), pets.label(0), pets.label(1)), (2, 0, 1));
    assert_eq!((pets.format(), pets.labelling()), (Format::Pictures, Labelling::ByOrder));
    // Transparent pixels are darker.
    assert_eq!(pets.image(0), [0, 66, 133, 200, 200, 200, 200, 200]);
    assert_eq!(pets.image(1), [255; 8]);
    let transparent = |warning: &Warning| matches!(warning, Warning::Transparent { pictures } if pictures.number == 1);
    assert!(pets.warnings().iter().any(transparent), "{:?}", pets.warnings());
}

#[test]
fn labels_are_the_folders_numbers() {
    let dir = tempfile::tempdir().unwrap();
    for digit in ["1", "2", "3", "4", "5", "6", "7", "9"] {
        fs::create_dir(dir.path().join(digit)).unwrap();
        let value = digit.parse::<u8>().unwrap();
        let picture = GrayImage::from_pixel(2, 2, image::Luma([value]));
        picture.save(dir.path().join(digit).join("x.png")).unwrap();
    }
    let digits = open(&dir).unwrap();
    assert_eq!((digits.classes().len(), digits.labelling()), (10, Labelling::Stated));
    for image in 0..digits.len() {
        assert_eq!(digits.image(image), [digits.label(image); 4]);
    }
}

#[test]
fn a_map_beside_the_classes_says_their_labels() {
    let dir = pets();
    fs::write(dir.path().join("labels.toml"), "dog = 0\ncat = 3\n").unwrap();
    let pets = open(&dir).unwrap();
    assert_eq!(pets.classes(), ["dog", "1", "2", "cat", "4", "5", "6", "7", "8", "9"]);
    // Images come by label.
    assert_eq!((pets.label(0), pets.label(1), pets.image(0)), (0, 3, &[255; 8][..]));
    fs::write(dir.path().join("labels.toml"), "dog = 0\n").unwrap();
    assert!(refusal(&dir).starts_with("PETS/labels.toml: it does not say"), "{}", refusal(&dir));
}

#[test]
fn hidden_files_are_passed_over_and_pictures_beside_the_classes_told() {
    let dir = pets();
    for file in ["README", ".DS_Store", "cat/.thumbs", "stray.PNG"] {
        fs::write(dir.path().join(file), "text").unwrap();
    }
    fs::create_dir(dir.path().join(".git")).unwrap();
    fs::create_dir(dir.path().join("owl")).unwrap();
    let pets = open(&dir).unwrap();
    assert_eq!((pets.len(), pets.classes().len()), (2, 3));
    let warnings = pets.warnings();
    assert!(warnings.contains(&Warning::EmptyClass { class: "owl".into() }), "{warnings:?}");
    let first = dir.path().join("stray.PNG").display().to_string();
    assert!(warnings.contains(&Warning::Beside { files: Count { number: 1, first } }));
}

#[test]
fn what_is_not_a_picture_is_named() {
    let dir = pets();
    fs::write(dir.path().join("dog/a.png"), "text").unwrap();
    let refused = refusal(&dir);
    assert!(refused.starts_with("PETS/dog/a.png: not a picture that can be read"), "{refused}");

    let dir = pets();
    let path = dir.path().join("cat/a.png");
    let picture = fs::read(&path).unwrap();
    fs::write(&path, &picture[..picture.len() / 2]).unwrap();
    let refused = refusal(&dir);
    assert!(refused.starts_with("PETS/cat/a.png: not a picture that can be read"), "{refused}");

    let dir = pets();
    fs::create_dir(dir.path().join("dog/more")).unwrap();
    assert!(refusal(&dir).starts_with("PETS/dog/more: a folder within a class: "));
}

#[cfg(unix)]
#[test]
fn links_are_followed_and_may_not_lead_nowhere_or_round() {
    use std::os::unix::fs::symlink;
    let dir = pets();
    symlink(dir.path().join("cat"), dir.path().join("lion")).unwrap();
    assert_eq!(open(&dir).unwrap().len(), 3);
    let dir = pets();
    symlink(dir.path(), dir.path().join("round")).unwrap();
    assert!(refusal(&dir).starts_with("PETS/round/cat: a folder within a class: "));
    let dir = pets();
    symlink("missing", dir.path().join("owl")).unwrap();
    assert!(refusal(&dir).starts_with("PETS/owl: No such file"), "{}", refusal(&dir));
    let dir = pets();
    symlink("self", dir.path().join("self")).unwrap();
    assert!(refusal(&dir).starts_with("PETS/self: "), "{}", refusal(&dir));
}

#[test]
fn sizes_are_one_unless_resized() {
    let dir = pets();
    RgbImage::new(40, 20).save(dir.path().join("dog/c.png")).unwrap();
    let refused = refusal(&dir);
    let wanted = "PETS/dog/c.png: a picture of 40×20 pixels, where those before it have 4×2";
    assert!(refused.starts_with(wanted), "{refused}");
    let resize = Reading { resize: true, ..Reading::default() };
    let pets = open_as(&dir, resize).unwrap();
    assert_eq!((pets.name(), pets.width(), pets.height()), ("pets+resized", 28, 28));
    let stretched = |warning: &Warning| matches!(warning, Warning::Stretched { pictures } if pictures.number == 3);
    assert!(pets.warnings().iter().any(stretched), "{:?}", pets.warnings());

    let dir = self::pets();
    RgbImage::new(256, 20).save(dir.path().join("dog/c.png")).unwrap();
    let wanted =
        "PETS/dog/c.png: a picture of 256×20 pixels: both sides may be 255 at most, unless";
    assert!(refusal(&dir).starts_with(wanted), "{}", refusal(&dir));
    assert!(open_as(&dir, resize).is_ok());
}

#[test]
fn a_picture_that_claims_a_huge_size_is_refused() {
    let dir = pets();
    fs::write(dir.path().join("cat/a.pgm"), "P5 60000 60000 255\n").unwrap();
    let resize = Reading { resize: true, ..Reading::default() };
    for (reading, most) in [(Reading::default(), "255 at most"), (resize, "8192 at most")] {
        let refused = open_as(&dir, reading).unwrap_err();
        let wanted = "PETS/cat/a.pgm: a picture of 60000×60000 pixels: both sides may be ";
        assert!(refused.starts_with(&format!("{wanted}{most}")), "{refused}");
    }
}

#[test]
fn folders_without_pictures_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("cat")).unwrap();
    assert_eq!(refusal(&dir), "PETS: no images");
}

/// A digit of ink 255 on black, 12×12.
fn digit() -> GrayImage {
    GrayImage::from_fn(12, 12, |x, y| {
        image::Luma([if (4..8).contains(&x) && (2..10).contains(&y) { 255 } else { 0 }])
    })
}

/// A folder of one class, 7, with this file in it.
fn seven(name: &str, bytes: &[u8]) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("7")).unwrap();
    fs::write(dir.path().join("7").join(name), bytes).unwrap();
    dir
}

fn kinds(dir: &TempDir, reading: Reading) -> Vec<String> {
    let opened = open_as(dir, reading).unwrap();
    opened.warnings().iter().map(ToString::to_string).collect()
}

#[test]
fn dark_ink_on_light_paper_is_warned_of_and_inverted_if_asked() {
    let mut picture = digit();
    imageops::invert(&mut picture);
    let dir = seven("x.png", &png(&picture.into()));
    let warnings = kinds(&dir, Reading::default()).join("\n");
    assert!(warnings.contains("bright at their edges"), "{warnings}");
    assert!(warnings.contains("not black in the median"), "{warnings}");
    let invert = Reading { invert: true, ..Reading::default() };
    let pets = open_as(&dir, invert).unwrap();
    assert_eq!((pets.name(), pets.image(0)), ("pets+inverted", digit().as_raw().as_slice()));
    assert_eq!(pets.warnings(), []);
}

#[test]
fn noise_of_lossy_formats_is_warned_of_and_cut_if_asked() {
    let digit = crate::mnist::test().image(17);
    let picture = GrayImage::from_raw(28, 28, digit.to_vec()).unwrap();
    let mut jpeg = Cursor::new(Vec::new());
    picture.write_to(&mut jpeg, ImageFormat::Jpeg).unwrap();
    let dir = seven("x.jpg", jpeg.get_ref());
    let pictures = open(&dir).unwrap();
    let ink = digit.iter().filter(|value| **value > 0).count();
    let legal = pictures.survey().legal.most;
    assert!(legal > ink + 50, "the noise that this test is about is not there: {legal} of {ink}");
    let warnings = kinds(&dir, Reading::default()).join("\n");
    assert!(warnings.contains("lossy format: 1, the first of which is"), "{warnings}");
    assert!(warnings.contains("have values of 1 to 8"), "{warnings}");
    let cut = Reading { threshold: 128, ..Reading::default() };
    let cut = open_as(&dir, cut).unwrap();
    assert_eq!(cut.warnings(), []);
    assert!(cut.survey().legal.most < ink);
    assert_ne!(cut.hash(), pictures.hash());
}

#[test]
fn dark_and_empty_images_are_warned_of() {
    let mut picture = digit();
    picture.iter_mut().for_each(|value| *value /= 16);
    let warnings = kinds(&seven("x.png", &png(&picture.into())), Reading::default());
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].starts_with("the brightest value of all is 15 of 255"), "{warnings:?}");
    let with = |lit: u32| {
        let mut picture = GrayImage::new(12, 12);
        (0..lit).for_each(|x| picture.put_pixel(x, 5, image::Luma([200])));
        kinds(&seven("x.png", &png(&picture.into())), Reading::default())
    };
    let black = "1 of 1 images are black all over, the first of which is number 0: nothing of them \
                 can be revealed, and they cannot be debated";
    let few = "1 of 1 images have fewer than 6 pixels that are not black, the first of which is \
               number 0: they cannot be debated";
    assert_eq!(
        (with(0), with(1), with(5)),
        (vec![black.into()], vec![few.into()], vec![few.into()])
    );
    assert_eq!(with(6), [""; 0]);
}

fn png(picture: &DynamicImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}
