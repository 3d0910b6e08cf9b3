//! A future that several extractors of one request wait for.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};

/// A future whose outcome everyone gets who holds a clone of it.
///
/// Only for the one task of a request: the last who asked is woken.
pub(super) struct Shared<T>(Rc<RefCell<State<T>>>);

enum State<T> {
    Pending(Pin<Box<dyn Future<Output = T>>>),
    Ready(T),
}

impl<T> Shared<T> {
    pub(super) fn new(future: impl Future<Output = T> + 'static) -> Self {
        Self(Rc::new(RefCell::new(State::Pending(Box::pin(future)))))
    }

    pub(super) fn ready(outcome: T) -> Self {
        Self(Rc::new(RefCell::new(State::Ready(outcome))))
    }
}

impl<T> Clone for Shared<T> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<T: Clone> Future for Shared<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        // It is only borrowed already if it waits for itself, and then there is nothing to be had.
        let Ok(mut state) = self.0.try_borrow_mut() else { return Poll::Pending };
        let outcome = match &mut *state {
            State::Ready(outcome) => return Poll::Ready(outcome.clone()),
            State::Pending(future) => std::task::ready!(future.as_mut().poll(context)),
        };
        *state = State::Ready(outcome.clone());
        // Others of this request may have asked before, and it is for them to know now.
        context.waker().wake_by_ref();
        Poll::Ready(outcome)
    }
}
