//! Keywords of PAX records that change nothing about what is unpacked.

/// Keywords whose records describe how the archive was made, or times that nothing restores.
const HARMLESS: [&[u8]; 21] = [
    b"atime",
    b"charset",
    b"comment",
    b"ctime",
    b"hdrcharset",
    b"GNU.dumpdir",
    b"GNU.sparse.minor",
    b"GNU.volume.label",
    b"LIBARCHIVE.creationtime",
    b"LIBARCHIVE.symlinktype",
    b"SCHILY.archtype",
    b"SCHILY.dev",
    b"SCHILY.dino",
    b"SCHILY.dir",
    b"SCHILY.filetype",
    b"SCHILY.ino",
    b"SCHILY.nlink",
    b"SCHILY.offset",
    b"SCHILY.release",
    b"SCHILY.tarfiletype",
    b"SUN.charset",
];

/// Beginnings of such keywords.
const HARMLESS_FAMILIES: [&[u8]; 2] = [b"SCHILY.volhdr.", b"NODETAR."];

/// Returns true if a record with this keyword may be ignored without a word.
pub(super) fn is_harmless(keyword: &[u8]) -> bool {
    let is_of = |family: &&[u8]| keyword.starts_with(family);
    HARMLESS.contains(&keyword) || HARMLESS_FAMILIES.iter().any(is_of)
}

/// Says why an archive with a record of this keyword cannot be unpacked, if that is so.
pub(super) fn not_supported(keyword: &[u8]) -> Option<&'static str> {
    match keyword {
        b"GNU.volume.filename" | b"GNU.volume.size" | b"GNU.volume.offset" => {
            Some("a file that continues from another volume")
        }
        b"SUN.holesdata" => Some("a sparse file of Solaris"),
        _ => None,
    }
}
