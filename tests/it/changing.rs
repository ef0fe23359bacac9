//! Sources that change while an upload is under way.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use crate::support::{Output, Program, TestServer};

/// Bytes of a file that is larger than everything between its reader and the server can hold.
const LARGE: usize = 48 * 1024 * 1024;

/// Stands between client and server and stops in the middle of a large request: tells so, and goes
/// on when told to.
fn gate(server: SocketAddr) -> (String, Receiver<()>, SyncSender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (reached, is_reached) = sync_channel(1);
    let (go, may_go) = sync_channel(1);
    thread::spawn(move || {
        let mut gate = Some((reached, may_go));
        for client in listener.incoming() {
            let client = client.unwrap();
            let upstream = TcpStream::connect(server).unwrap();
            let (mut answers, mut back) =
                (upstream.try_clone().unwrap(), client.try_clone().unwrap());
            thread::spawn(move || io::copy(&mut answers, &mut back));
            let (mut client, mut upstream) = (client, upstream);
            // The first connection looks the target up and then usually sends the upload, too.
            let mut passed = 0;
            let mut buffer = vec![0; 65_536];
            while let Ok(count @ 1..) = client.read(&mut buffer) {
                passed += count;
                if passed > 1_000_000
                    && let Some((reached, may_go)) = gate.take()
                {
                    reached.send(()).unwrap();
                    let _ = may_go.recv();
                }
                if upstream.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            let _ = upstream.shutdown(std::net::Shutdown::Write);
        }
    });
    (url, is_reached, go)
}

/// Uploads a folder and lets `change` at it while its first, large file is being read.
fn upload(server: &TestServer, change: impl FnOnce(&Path)) -> Output {
    let folder = server.home().join("folder");
    fs::create_dir(&folder).unwrap();
    // What cannot be compressed cannot be hidden in a buffer.
    let mut random = File::open("/dev/urandom").unwrap().take(LARGE as u64);
    io::copy(
        &mut random,
        &mut File::create(folder.join("a large")).unwrap(),
    )
    .unwrap();
    fs::write(folder.join("later"), "later").unwrap();
    let (url, reached, go) = gate(server.addr());
    let program = Program::new(server.home()).env("BCHAN_SERVER", url);
    let mut command = program
        .args(["backup", "upload", "m"])
        .arg(&folder)
        .into_command();
    let child = command.stdout(std::process::Stdio::piped());
    let child = child.stderr(std::process::Stdio::piped()).spawn().unwrap();
    reached.recv().unwrap();
    change(&folder);
    go.send(()).unwrap();
    let output = child.wait_with_output().unwrap();
    Output {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[track_caller]
fn stored(server: &TestServer, name: &str) -> Vec<u8> {
    let files = server.files();
    let path = files
        .iter()
        .find(|path| path.ends_with(name))
        .expect("it is stored");
    fs::read(server.data().join(path)).unwrap()
}

#[test]
fn a_file_that_grows_is_stored_as_it_was() {
    let server = TestServer::start();
    server.target("m", "multi");
    let output = upload(&server, |folder| {
        let mut file = OpenOptions::new()
            .append(true)
            .open(folder.join("a large"))
            .unwrap();
        file.write_all(b"more").unwrap();
    });
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains("a large: grew"), "{output:?}");
    let original = fs::read(server.home().join("folder/a large")).unwrap();
    assert!(stored(&server, "a large") == original[..LARGE]);
    assert_eq!(stored(&server, "later"), b"later");
}

#[test]
fn a_file_that_shrinks_is_filled_up_and_named() {
    let server = TestServer::start();
    server.target("m", "multi");
    let output = upload(&server, |folder| {
        let file = OpenOptions::new()
            .write(true)
            .open(folder.join("a large"))
            .unwrap();
        file.set_len(LARGE as u64 - 1000).unwrap();
    });
    assert_eq!(output.code, Some(3), "{output:?}");
    assert!(output.stderr.contains("a large: shrank"), "{output:?}");
    let file = stored(&server, "a large");
    assert_eq!(file.len(), LARGE);
    assert_eq!(file[LARGE - 1000..], [0; 1000]);
}

#[test]
fn a_file_that_vanishes_is_named_and_no_more() {
    let server = TestServer::start();
    server.target("m", "multi");
    let output = upload(&server, |folder| {
        fs::remove_file(folder.join("later")).unwrap();
    });
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(output.stderr.contains("later: vanished"), "{output:?}");
    assert_eq!(stored(&server, "a large").len(), LARGE);
}

#[test]
fn a_client_that_is_killed_leaves_nothing() {
    let server = TestServer::start();
    server.target("m", "multi");
    let folder = server.home().join("large");
    let mut random = File::open("/dev/urandom").unwrap().take(LARGE as u64);
    io::copy(&mut random, &mut File::create(&folder).unwrap()).unwrap();
    for signal in [rustix::process::Signal::KILL, rustix::process::Signal::TERM] {
        let (url, reached, go) = gate(server.addr());
        let program = Program::new(server.home()).env("BCHAN_SERVER", url);
        let mut command = program
            .args(["backup", "upload", "m"])
            .arg(&folder)
            .into_command();
        let mut child = command.stderr(std::process::Stdio::null()).spawn().unwrap();
        reached.recv().unwrap();
        let pid = rustix::process::Pid::from_child(&child);
        rustix::process::kill_process(pid, signal).unwrap();
        let code = child.wait().unwrap().code();
        go.send(()).unwrap();
        let expected = (signal == rustix::process::Signal::TERM).then_some(143);
        assert_eq!(code, expected);
    }
    let ended = |status: &str| {
        let jobs = server.http().get("/api/jobs").success(200);
        jobs["delayed"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|job| job["status"] == status)
            .count()
    };
    while ended("ERROR") < 2 {
        thread::yield_now();
    }
    assert_eq!(ended("FINISHED"), 0);
    assert_eq!(server.files(), [""; 0]);
    server.assert_no_leftovers();
}

/// Passes everything on but the answer to the first upload, which is lost with its connection,
/// just after something else happens.
fn losing_the_first_answer(server: SocketAddr, then: impl FnOnce() + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        let mut lose = Some(then);
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut upstream = TcpStream::connect(server).unwrap();
            let (mut up, mut requests) =
                (upstream.try_clone().unwrap(), client.try_clone().unwrap());
            thread::spawn(move || io::copy(&mut requests, &mut up));
            let mut buffer = vec![0; 65_536];
            while let Ok(count @ 1..) = upstream.read(&mut buffer) {
                let is_upload = buffer[..count].windows(8).any(|text| text == b"\"job_id\"");
                if is_upload && let Some(then) = lose.take() {
                    then();
                    break;
                }
                if client.write_all(&buffer[..count]).is_err() {
                    break;
                }
            }
            let _ = client.shutdown(std::net::Shutdown::Both);
        }
    });
    url
}

#[test]
fn a_lost_answer_stores_nothing_twice() {
    let server = TestServer::start();
    server.target("m", "multi");
    let large = server.home().join("large");
    let mut random = File::open("/dev/urandom").unwrap().take(LARGE as u64);
    io::copy(&mut random, &mut File::create(&large).unwrap()).unwrap();
    // The second answer comes before the large file has been sent once more.
    let paths = [Path::new("/etc/hostname"), &large];
    for (number, path) in paths.into_iter().enumerate() {
        let url = losing_the_first_answer(server.addr(), || ());
        let program = Program::new(server.home()).env("BCHAN_SERVER", url);
        let output = program.args(["backup", "upload", "m"]).arg(path).ok();
        assert!(output.stderr.contains("lost"), "{output:?}");
        assert_eq!(server.files().len(), number + 1);
        let jobs = server.http().get("/api/jobs").success(200);
        let mut jobs = jobs["delayed"].as_array().unwrap().iter();
        assert!(jobs.all(|job| job["status"] == "FINISHED"), "{jobs:?}");
    }
}

#[test]
fn what_an_earlier_try_has_stored_is_compared_with_what_that_try_has_sent() {
    let server = TestServer::start();
    server.target("m", "multi");
    let file = server.home().join("file");
    fs::write(&file, "first").unwrap();
    let changed = file.clone();
    let url = losing_the_first_answer(server.addr(), move || {
        fs::write(changed, "a second and longer one").unwrap();
    });
    let program = Program::new(server.home()).env("BCHAN_SERVER", url);
    let program = program.args(["backup", "upload", "m", "--verbose", "-o", "json"]);
    let output = program.arg(&file).ok();
    assert!(
        output.stderr.contains("is that of what was sent"),
        "{output:?}"
    );
    // It tells of what is stored, not of what it has read last.
    let report: serde_json::Value = serde_json::from_str(&output.stdout).unwrap();
    assert_eq!((&report["bytes"], &report["files"]), (&5.into(), &1.into()));
    assert_eq!(fs::read_to_string(&file).unwrap().len(), 23);
    assert_eq!(server.files().len(), 1);
}
