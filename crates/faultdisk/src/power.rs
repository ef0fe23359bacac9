//! The images of one daemon and the power that they share.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use crate::image::Image;

/// Outcome of requests in the simulation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Power {
    On,
    /// They wait: the moment of the cut, until everything that could get an answer is dead.
    Stalled,
    /// They fail.
    Off,
}

/// A request that has reached disks without power.
pub(crate) struct NoPower;

/// All disks.
pub(crate) struct Disks {
    state: Mutex<(Power, Vec<Image>)>,
    changed: Condvar,
}

impl Disks {
    pub(crate) fn new(sizes: &[u64]) -> Self {
        let images = sizes.iter().map(|size| Image::new(*size)).collect();
        Self {
            state: Mutex::new((Power::On, images)),
            changed: Condvar::new(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, (Power, Vec<Image>)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn switch(&self, power: Power) {
        self.lock().0 = power;
        self.changed.notify_all();
    }

    /// Does something with the images, whether or not they have power.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut [Image]) -> T) -> T {
        act(&mut self.lock().1)
    }

    /// Does something with an image that needs power.
    pub(crate) fn powered<T>(
        &self,
        image: usize,
        act: impl FnOnce(&mut Image) -> T,
    ) -> Result<T, NoPower> {
        let mut state = self.lock();
        while state.0 == Power::Stalled {
            state = self
                .changed
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        match state.0 {
            Power::Off => Err(NoPower),
            _ => Ok(act(&mut state.1[image])),
        }
    }
}
