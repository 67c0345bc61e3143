//! The course: its notebooks and the marks of its exercises.

mod mistakes;
mod notebooks;

#[path = "../../notebooks/tool/src/ipynb.rs"]
mod ipynb;
#[path = "../../notebooks/tool/src/lesson.rs"]
mod lesson;
