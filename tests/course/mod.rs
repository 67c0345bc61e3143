//! The course: its notebooks and the marks of its exercises.

mod mistakes;
mod notebooks;
mod pages;
mod watched;

#[path = "../../notebooks/tool/src/found.rs"]
mod found;
#[path = "../../notebooks/tool/src/ipynb.rs"]
mod ipynb;
#[path = "../../notebooks/tool/src/lesson.rs"]
mod lesson;
#[path = "../../notebooks/tool/src/page.rs"]
mod page;
#[path = "../../notebooks/tool/src/watch.rs"]
mod watch;
