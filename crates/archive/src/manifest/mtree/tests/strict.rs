use super::super::MtreeError;
use super::{index, read, sample};

#[test]
fn a_file_that_is_cut_off_anywhere_is_an_error() {
    let text = sample();
    read(text.as_bytes()).unwrap();
    for end in 0..text.len() {
        let text = &text.as_bytes()[..end];
        assert!(read(text).is_err(), "{}", text.escape_ascii());
        assert!(index(text).is_err());
    }
    let end = text.rfind("#:end").unwrap();
    let missing = read(&text.as_bytes()[..end]);
    assert!(matches!(missing, Err(MtreeError::Damaged(_))));
    for other in [
        "#:end entries=3\n",
        "#:end entries=5\n",
        "#:end entries=04\n",
        "#:end \n",
    ] {
        let text = format!("{}{other}", &text[..end]);
        assert!(matches!(read(text.as_bytes()), Err(MtreeError::Damaged(_))));
    }
    let more = read(format!("{text}x").as_bytes());
    assert!(matches!(more, Err(MtreeError::Damaged(_))));
}

#[test]
fn only_what_is_written_is_read() {
    let text = sample();
    for (from, to) in [
        ("./a", "./"),
        ("./a", "a"),
        ("./a", "./a/"),
        ("./a", "./a/../c"),
        ("./a", "./a//c"),
        ("./a", "./."),
        ("./a", "./\\141"),
        ("./a", "./a\\000"),
        ("./a ", "./a  "),
        ("type=file", "type=files"),
        ("type=file ", ""),
        ("type=block", "type=fifo"),
        ("size=5", "size=05"),
        ("size=5", "size=+5"),
        ("size=5", "size=18446744073709551616"),
        ("size=5 ", ""),
        ("mode=0644", "mode=644"),
        ("mode=0644", "mode=10644"),
        ("uid=0 ", ""),
        ("uname=x\\040y", "uname=\\377"),
        ("uname=x\\040y", "uname=x y"),
        ("time=1700000000.000000012", "time=1700000000.12"),
        ("time=1700000000.000000012", "time=1700000000.+00000012"),
        ("time=1700000000.000000012", "flags=none"),
        ("sha256digest=01", "sha256digest=0"),
        ("sha256digest=01", "sha256digest=0A"),
        (" sha256digest", " nlink=1 sha256digest"),
        ("#:x user.a=01", "#:x user.a=0"),
        ("#:x user.a=01", "#:x user.a\\000=01"),
        (
            "#:x user.a=01\n#:x user.b=\n",
            "#:x user.b=\n#:x user.a=01\n",
        ),
        ("user.b", "user.a"),
        ("#:d 8,1\n", ""),
        ("#:d 8,1", "#:d 8,1,1"),
        ("#:d 8,1", "#:d 8"),
        ("type=link", "type=link mode=0644"),
        ("link=a\\040b", "link=a b"),
        ("link=a\\040b", "link=a\\0"),
        ("./l", "./a"),
        ("#:l ./a", "#:l ./zz"),
        ("#:l ./a", "#:l ./z"),
        ("#:l ./a", "#:l a"),
        ("#:l ./a", "#:l"),
        ("#:l ./a", "#:end of it"),
        ("#:l ./a", "#:h v=1"),
        ("#:l ./a", "# a comment"),
        ("#:l ./a", ""),
        ("#:d 8,1", "#:d 8,1\n#:s ino=1 ctime=1.000000000 trusted=2"),
        ("#:d 8,1", "#:d 8,1\n#:s ino=1"),
        ("#:d 8,1", "#:d 8,1\n#:b a"),
        ("#:d 8,1", "#:p x\n#:d 8,1"),
        ("#:d 8,1", "#:d 8,1\n#:p a b"),
        ("stored-as=attributes", "stored-as=\\377attributes"),
        ("rebuilt=0", "rebuilt=2"),
        ("rebuilt=0 ", ""),
        ("v=1 ", "v=01 "),
        ("receipt=07", "receipt=7"),
    ] {
        let changed = text.replace(from, to);
        assert_ne!(changed, text, "{from}");
        let error = read(changed.as_bytes()).unwrap_err();
        let is_typed = matches!(
            error,
            MtreeError::Malformed { .. } | MtreeError::Order { .. } | MtreeError::Damaged(_)
        );
        assert!(is_typed, "{from} as {to}: {error}");
    }
    for foreign in ["", "#mtree", "#mtree v2.0\n", "mtree\n", "PK"] {
        assert!(matches!(read(foreign.as_bytes()), Err(MtreeError::Foreign)));
    }
}

#[test]
fn versions_and_lines_of_later_programs() {
    let text = sample();
    let later = text.replace("v=1 ", "v=2 something=else ");
    let later = later.replace("#:d", "#:later");
    assert!(matches!(
        read(later.as_bytes()),
        Err(MtreeError::Version(2))
    ));
    let more = text.replace("#:d 8,1\n", "#:d 8,1\n#:q something\n");
    assert_ne!(more, text);
    assert_eq!(
        read(more.as_bytes()).unwrap(),
        read(text.as_bytes()).unwrap()
    );
    index(more.as_bytes()).unwrap();
}

#[test]
fn an_index_has_no_hard_links_of_nothing() {
    let text = sample();
    let last = text.find("./z").unwrap();
    let (front, back) = text.split_at(last);
    for (changed, reason) in [
        (
            format!("{front}{}", back.replace("#:l ./a", "#:l ./c")),
            "nothing",
        ),
        (
            format!("{front}{}", back.replace("#:l ./a", "#:l ./b")),
            "something else",
        ),
        (
            format!("{front}{}", back.replace("size=5", "size=6")),
            "another content",
        ),
    ] {
        assert_eq!(read(changed.as_bytes()).unwrap().len(), 4);
        let error = index(changed.as_bytes()).unwrap_err();
        assert!(
            matches!(error, MtreeError::HardLinks(1)),
            "{reason}: {error}"
        );
    }
}
