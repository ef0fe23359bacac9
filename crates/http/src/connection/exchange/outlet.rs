//! Sending to a client that may take its time.

use std::io::{self, IoSlice};
use std::pin::{Pin, pin};
use std::time::{Duration, Instant};

use tokio::io::{AsyncWrite, AsyncWriteExt as _};
use tokio::time::{sleep, timeout};

use crate::connection::limit::{Slot, Waiting};
use crate::connection::workers::Workers;

/// Bytes per second that a client must take on average.
const SLOWEST: u64 = 1024;

/// Time without progress after which another connection may take the slot.
const BRIEF: Duration = Duration::from_secs(1);

/// Writes an answer to a client that must keep up.
pub(crate) struct Outlet<'a> {
    slot: &'a Slot,
    /// Where the answer keeps a worker, if it does.
    workers: Option<&'a Workers>,
    /// How long the client may take nothing.
    stall: Duration,
    sent: u64,
    /// How long all writes took together.
    waited: Duration,
}

impl<'a> Outlet<'a> {
    /// `workers` are those of which the answer keeps one while it is sent.
    pub(crate) fn new(slot: &'a Slot, workers: Option<&'a Workers>, stall: Duration) -> Self {
        Self {
            slot,
            workers,
            stall,
            sent: 0,
            waited: Duration::ZERO,
        }
    }

    /// Writes several slices with as few calls as the socket allows.
    pub(crate) async fn write_all(
        &mut self,
        client: &mut (impl AsyncWrite + Unpin),
        mut slices: &mut [IoSlice<'_>],
    ) -> io::Result<()> {
        // Advancing by nothing drops empty slices.
        IoSlice::advance_slices(&mut slices, 0);
        while !slices.is_empty() {
            let written = self.step(pin!(client.write_vectored(slices))).await?;
            if written == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
            self.sent += written as u64;
            IoSlice::advance_slices(&mut slices, written);
        }
        // With TLS, encrypted data may still be on this side.
        self.step(pin!(client.flush())).await
    }

    /// Waits for one write for as long as the client still may take.
    async fn step<T>(
        &mut self,
        mut write: Pin<&mut impl Future<Output = io::Result<T>>>,
    ) -> io::Result<T> {
        let begun = Instant::now();
        let average = self.stall + Duration::from_secs(self.sent / SLOWEST);
        let left = average.saturating_sub(self.waited).min(self.stall);
        let brief = BRIEF.min(left);
        let written = match timeout(brief, write.as_mut()).await {
            Ok(written) => written,
            Err(_) if brief == left => Err(io::ErrorKind::TimedOut.into()),
            Err(_) => {
                self.slot.wait(Waiting::Stalled);
                let written = timeout(left.saturating_sub(brief), self.wait_stalled(write)).await;
                if !self.slot.keep() {
                    return Err(io::ErrorKind::ConnectionAborted.into());
                }
                written.map_err(io::Error::from).flatten()
            }
        };
        self.waited += begun.elapsed();
        written
    }

    async fn wait_stalled<T>(
        &self,
        mut write: Pin<&mut impl Future<Output = io::Result<T>>>,
    ) -> io::Result<T> {
        let Some(workers) = self.workers else {
            return write.await;
        };
        tokio::select! {
            biased;
            written = write.as_mut() => return written,
            () = sleep(workers.give_way) => {}
        }
        let stall = workers.stall();
        tokio::select! {
            biased;
            written = write => written,
            () = stall.evicted() => Err(io::ErrorKind::TimedOut.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use tokio::io::{AsyncReadExt as _, duplex};

    use super::*;
    use crate::connection::limit::ConnectionLimiter;

    const STALL: Duration = Duration::from_millis(300);

    /// Sends to a client that takes a byte each time after a pause, and says how that ended.
    async fn send(length: usize, pause: Duration) -> io::Result<()> {
        let slot = ConnectionLimiter::new(1).take(std::net::IpAddr::from(Ipv4Addr::LOCALHOST));
        let slot = slot.unwrap();
        assert!(slot.keep());
        let (mut near, mut far) = duplex(1);
        let take = async {
            loop {
                sleep(pause).await;
                if far.read_u8().await.is_err() {
                    break;
                }
            }
        };
        let mut outlet = Outlet::new(&slot, None, STALL);
        let data = vec![0; length];
        let send = async {
            let sent = outlet
                .write_all(&mut near, &mut [IoSlice::new(&data)])
                .await;
            drop(near);
            sent
        };
        tokio::join!(send, take).0
    }

    #[tokio::test]
    async fn a_client_must_keep_up_on_average() {
        assert!(send(5, Duration::ZERO).await.is_ok());
        // Each byte comes in time, and all of them do not.
        let error = send(1000, STALL / 10).await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::TimedOut);
        assert!(send(5, STALL * 2).await.is_err());
    }
}
