//! `route-role report --format html`, in a real browser.

mod answers;
mod controls;
mod safety;

use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::browser::Page;
use crate::fleet::Reports;

const DESK: (u32, u32) = (1280, 800);
const PHONE: (u32, u32) = (390, 844);
/// The rows of the table that are there.
const ROWS: &str = "[...document.querySelectorAll('#matrix tr.row')]";

/// The page over these reports.
fn page_file(reports: &Reports, names: &[&str]) -> PathBuf {
    let run = reports.merge(names, "html");
    assert_eq!(run.status, 0, "{}", run.stderr);
    let path = reports.path().join("report.html");
    fs::write(&path, run.stdout).expect("a file can be written");
    path
}

fn assert_quiet(page: &Page) {
    assert_eq!(page.noise, [] as [String; 0], "errors, messages or requests of the page");
}

fn click(page: &mut Page, selector: &str) {
    page.eval(&format!("document.querySelector({}).click()", json!(selector)));
}

fn choose(page: &mut Page, name: &str, value: &str) {
    let (name, value) = (json!(format!("select[name={name}]")), json!(value));
    page.eval(&format!(
        "(() => {{ const control = document.querySelector({name}); control.value = {value}; control.dispatchEvent(new Event('change')); }})()"
    ));
}

fn titles(page: &mut Page) -> Vec<String> {
    let list = page.eval(&format!(
        "{ROWS}.map((row) => row.querySelector('.method').textContent + ' ' + row.querySelector('.path').textContent)"
    ));
    list.as_array().expect("a list").iter().map(|title| title.as_str().expect("text").to_owned()).collect()
}
