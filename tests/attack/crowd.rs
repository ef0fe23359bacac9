//! Connections that are only there.

use std::io::Write as _;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::support::TestServer;

/// Pause between two bytes of one that trickles.
const PAUSE: Duration = Duration::from_millis(20);

/// Some that say nothing and some that say it slowly. Those that are sent off come again.
pub(crate) struct Crowd {
    stop: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Crowd {
    /// Returns when all are connected.
    pub(crate) fn gather(server: &TestServer, idle: usize, trickling: usize) -> Self {
        let addr = server.addr();
        let connect = move || TcpStream::connect(addr).unwrap();
        let mut silent: Vec<_> = (0..idle).map(|_| connect()).collect();
        let mut slow: Vec<_> = (0..trickling).map(|_| connect()).collect();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let trickle = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                for stream in &mut slow {
                    if stream.write_all(b"G").is_err() {
                        *stream = connect();
                    }
                }
                thread::sleep(PAUSE);
            }
        });
        let stopped = Arc::clone(&stop);
        let stay = thread::spawn(move || {
            while !stopped.load(Ordering::Relaxed) {
                for stream in &mut silent {
                    stream.set_nonblocking(true).unwrap();
                    if !matches!(stream.peek(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
                    {
                        *stream = connect();
                    }
                }
                thread::sleep(PAUSE);
            }
        });
        Self {
            stop,
            threads: vec![trickle, stay],
        }
    }
}

impl Drop for Crowd {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
