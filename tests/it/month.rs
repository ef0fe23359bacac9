//! A month of nightly runs, while the server is away, full, slow, stuck and restarting by turns, a
//! disk is not mounted, and a run is killed.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

use tempfile::TempDir;

use crate::support::{Fake, Link, Program, Reply, TestServer, Way};

/// What a night is like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Night {
    Good,
    /// No server answers.
    Away,
    /// The server's disk is full.
    Full,
    /// Bytes come in handfuls.
    Slow,
    /// The server takes the connection and says nothing.
    Stuck,
    /// It dies in the middle and is there again.
    Restarting,
    /// Most of the source is missing.
    Unmounted,
    /// The run is killed in the middle.
    Killed,
}

const MONTH: [Night; 30] = {
    use Night::{Away, Full, Good, Killed, Restarting, Slow, Stuck, Unmounted};
    [
        Good, Away, Good, Full, Good, Slow, Restarting, Good, Unmounted, Good, //
        Away, Away, Full, Good, Stuck, Good, Killed, Good, Away, Restarting, //
        Unmounted, Slow, Full, Full, Slow, Killed, Away, Stuck, Unmounted, Good,
    ]
};

/// A machine that backs up, and all that it talks to.
struct Scene {
    home: TempDir,
    source: PathBuf,
    server: Option<TestServer>,
    link: Link,
    monitor: Fake,
    /// Words to the monitor that were looked at.
    heard: usize,
}

impl Scene {
    fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let source = home.path().join("source");
        fs::create_dir(&source).unwrap();
        let server = TestServer::start();
        server.target("docs", "multi");
        let scene = Self {
            source,
            home,
            server: Some(server),
            link: Link::new(),
            monitor: Fake::start(|_| Reply::text(200, "OK")),
            heard: 0,
        };
        let hooks = scene.home.path().join("hooks");
        let after = format!("sh -c 'echo $BCHAN_EXIT_CODE >> {}'", hooks.display());
        let source = scene.source.to_str().unwrap();
        scene
            .bchan(&["preset", "create", "nightly", source, "docs"])
            .args(["--max-age", "26h", "--spool", "~/spool", "--after", &after])
            .args(["--ping", &format!("{}/x", scene.monitor.url())])
            .ok();
        scene
    }

    fn bchan(&self, words: &[&str]) -> Program {
        Program::new(self.home.path())
            .env("BCHAN_SERVER", self.link.url())
            .args(words)
    }

    fn run(&self, more: &[&str]) -> Child {
        let words = ["preset", "upload", "nightly", "--automatic", "--quiet"];
        let program = self.bchan(&words).args(["--retries", "2"]).args(more);
        let mut command = program.into_command();
        command.stderr(Stdio::null()).spawn().unwrap()
    }

    fn server(&self) -> &TestServer {
        self.server.as_ref().unwrap()
    }

    /// The same server, with other options.
    fn restart(&mut self, options: &[&str]) {
        let mut server = self.server.take().unwrap();
        server.stop();
        let options: Vec<_> = options.iter().map(|&option| option.to_owned()).collect();
        self.server = TestServer::over(server.into_home(), &options, &[]).ok();
    }

    fn open(&self) {
        self.link.lead(Way::Open(self.server().addr()));
    }

    /// Runs, and gives the exit code; none when it was killed.
    fn night(&mut self, night: Night) -> Option<i32> {
        match night {
            Night::Good | Night::Unmounted => self.open(),
            Night::Away => self.link.lead(Way::Cut),
            Night::Slow => self.link.lead(Way::Slow(self.server().addr())),
            Night::Stuck => self.link.lead(Way::Stuck),
            Night::Full => {
                self.restart(&["--reserve", "1EiB"]);
                self.open();
            }
            Night::Restarting | Night::Killed => {
                let broken = self.link.break_once(self.server().addr());
                // What is new of a night passes at once.
                let mut child = self.run(&["--full"]);
                broken.recv().unwrap();
                if night == Night::Killed {
                    child.kill().unwrap();
                } else {
                    self.server.as_mut().unwrap().crash_and_restart();
                }
                self.open();
                broken.recv().unwrap();
                return child.wait().unwrap().code();
            }
        }
        let more: &[&str] = match night {
            Night::Stuck => &["--deadline", "300ms"],
            _ => &[],
        };
        let code = self.run(more).wait().unwrap().code();
        if night == Night::Full {
            self.restart(&[]);
        }
        code
    }

    /// What the monitor was told since the last look.
    fn heard(&mut self) -> Vec<String> {
        let asked = self.monitor.asked();
        let new = asked[self.heard..].iter().map(|asked| asked.path.clone());
        let new = new.collect();
        self.heard = asked.len();
        new
    }

    fn waiting(&self) -> usize {
        let entries = fs::read_dir(self.home.path().join("spool"));
        let names = entries.into_iter().flatten();
        let names = names.map(|entry| entry.unwrap().file_name());
        names
            .filter(|name| name.to_string_lossy().starts_with("bchan-"))
            .count()
    }

    /// The nights of which there is a backup, each as often as there is one.
    fn stored(&self) -> Vec<usize> {
        let files = self.server().files().into_iter();
        let notes = files.filter(|file| file.ends_with("/night"));
        let read = |file: String| {
            let text = fs::read_to_string(self.server().data().join(file));
            text.unwrap().parse().unwrap()
        };
        let mut nights: Vec<usize> = notes.map(read).collect();
        nights.sort_unstable();
        nights
    }
}

/// Data that cannot be compressed, and is more than lies between a client and a server.
fn random(path: &Path) {
    let mut random = File::open("/dev/urandom").unwrap().take(3_000_000);
    io::copy(&mut random, &mut File::create(path).unwrap()).unwrap();
}

#[test]
fn a_month_of_nights() {
    let mut scene = Scene::new();
    let (large, aside) = (scene.source.join("large"), scene.home.path().join("large"));
    random(&large);
    let (mut stored, mut waiting, mut codes) = (Vec::new(), Vec::new(), Vec::new());
    for (number, night) in MONTH.into_iter().enumerate() {
        fs::write(scene.source.join("night"), number.to_string()).unwrap();
        if night == Night::Unmounted {
            fs::rename(&large, &aside).unwrap();
        }
        let code = scene.night(night);
        if night == Night::Unmounted {
            fs::rename(&aside, &large).unwrap();
        }
        let expected = match night {
            Night::Good | Night::Slow | Night::Restarting => Some(0),
            Night::Away | Night::Full | Night::Stuck => Some(75),
            Night::Unmounted => Some(4),
            Night::Killed => None,
        };
        assert_eq!(code, expected, "{number} {night:?}");
        match night {
            // What has waited came first.
            Night::Good | Night::Slow | Night::Restarting => {
                stored.append(&mut waiting);
                stored.push(number);
            }
            // The server is there, and takes what is sound.
            Night::Unmounted => stored.append(&mut waiting),
            Night::Away | Night::Full => waiting.push(number),
            Night::Stuck | Night::Killed => {}
        }
        stored.sort_unstable();
        assert_eq!(scene.stored(), stored, "{number} {night:?}");
        assert_eq!(scene.waiting(), waiting.len(), "{number} {night:?}");
        let heard = scene.heard();
        let end = code.map(|code| match code {
            0 => "/x".to_owned(),
            code => format!("/x/{code}"),
        });
        let expected: Vec<_> = std::iter::once("/x/start".to_owned()).chain(end).collect();
        assert_eq!(heard, expected, "{number} {night:?}");
        codes.extend(code.map(|code| code.to_string()));
    }
    assert!(waiting.is_empty() && stored.len() > 20, "{stored:?}");
    let hooks = fs::read_to_string(scene.home.path().join("hooks")).unwrap();
    assert_eq!(hooks.lines().collect::<Vec<_>>(), codes);
    scene.bchan(&["preset", "status"]).ok();
    scene.server().assert_no_leftovers();
}
