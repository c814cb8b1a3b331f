//! Edge-triggered epoll, eventfd and timerfd.
