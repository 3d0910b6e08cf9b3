//! A headless Chromium, driven over the pipe of its DevTools protocol: no port, and no library.
//!
//! Where there is no Chromium the tests of pages say so and do nothing, unless `ROUTE_ROLE_REQUIRE_CHROMIUM` is set: then they fail.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// What Chromium is called on various systems.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
/// How long one answer may take, on a machine with much else to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// A page in a browser of its own, closed when the test is over.
pub(crate) struct Page {
    child: Child,
    input: ChildStdin,
    messages: Receiver<Value>,
    session: String,
    count: u64,
    /// What the page did that nobody asked for: requests, errors, messages.
    pub(crate) noise: Vec<String>,
    _profile: tempfile::TempDir,
}

/// The program; `None` where there is none and none is demanded.
fn chromium() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let mut candidates = std::env::split_paths(&folders).flat_map(|folder| NAMES.map(|name| folder.join(name)));
    let found = candidates.find(|path| path.is_file());
    if found.is_none() {
        assert!(
            std::env::var_os("ROUTE_ROLE_REQUIRE_CHROMIUM").is_none(),
            "ROUTE_ROLE_REQUIRE_CHROMIUM is set, and there is no Chromium"
        );
        eprintln!("skipped: there is no Chromium to open the page in");
    }
    found
}

impl Page {
    /// Opens a file in a window of this size; `None` where there is no browser.
    pub(crate) fn open(file: &Path, (width, height): (u32, u32)) -> Option<Self> {
        let program = chromium()?;
        let profile = tempfile::tempdir().expect("a temporary folder");
        // The protocol wants its pipes at 3 and 4.
        let mut child = Command::new("sh")
            .args(["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1"])
            .arg(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--disable-dev-shm-usage"])
            .args(["--no-first-run", "--disable-extensions", "--disable-background-networking"])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a shell");
        let input = child.stdin.take().expect("a pipe");
        let output = child.stdout.take().expect("a pipe");
        let (sender, messages) = channel();
        thread::spawn(move || {
            for message in BufReader::new(output).split(0).map_while(Result::ok) {
                let Ok(message) = serde_json::from_slice(&message) else { break };
                if sender.send(message).is_err() {
                    break;
                }
            }
        });
        let mut page =
            Self { child, input, messages, session: String::new(), count: 0, noise: Vec::new(), _profile: profile };
        page.attach(width, height);
        let url = format!("file://{}", file.display());
        page.call("Page.navigate", json!({ "url": url }));
        page.wait_until("document.readyState === 'complete'");
        Some(page)
    }

    fn attach(&mut self, width: u32, height: u32) {
        let target = self.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached = self.call("Target.attachToTarget", json!({ "targetId": target["targetId"], "flatten": true }));
        self.session = attached["sessionId"].as_str().expect("a session").to_owned();
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.call(&format!("{domain}.enable"), json!({}));
        }
        let metrics = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.call("Emulation.setDeviceMetricsOverride", metrics);
    }

    /// Calls a method of the protocol.
    pub(crate) fn call(&mut self, method: &str, parameters: Value) -> Value {
        self.count += 1;
        let mut message = json!({ "id": self.count, "method": method, "params": parameters });
        if !self.session.is_empty() {
            message["sessionId"] = Value::from(self.session.as_str());
        }
        self.input.write_all(format!("{message}\0").as_bytes()).expect("the browser listens");
        loop {
            let mut message = self.messages.recv_timeout(PATIENCE).expect("the browser answers");
            if message["id"] == self.count {
                assert!(message.get("error").is_none(), "{method}: {}", message["error"]);
                return message["result"].take();
            }
            self.note(&message);
        }
    }

    fn note(&mut self, message: &Value) {
        let parameters = &message["params"];
        match message["method"].as_str() {
            Some("Runtime.exceptionThrown" | "Log.entryAdded" | "Runtime.consoleAPICalled") => {
                self.noise.push(parameters.to_string());
            }
            Some("Network.requestWillBeSent") => {
                let url = parameters["request"]["url"].as_str().unwrap_or_default();
                if parameters["type"] != "Document" {
                    self.noise.push(format!("request: {url}"));
                }
            }
            _ => {}
        }
    }

    /// The value of an expression.
    pub(crate) fn eval(&mut self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "returnByValue": true, "awaitPromise": true });
        let mut answer = self.call("Runtime.evaluate", parameters);
        assert!(answer.get("exceptionDetails").is_none(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].take()
    }

    /// The text that an expression gives.
    pub(crate) fn text(&mut self, expression: &str) -> String {
        self.eval(expression).as_str().map(str::to_owned).unwrap_or_default()
    }

    /// Presses a key as somebody at a keyboard does.
    pub(crate) fn press(&mut self, key: &str) {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            " " => (32, " "),
            "Tab" => (9, ""),
            "ArrowRight" => (39, ""),
            "/" => (191, "/"),
            other => panic!("the test doesn't know the key {other}"),
        };
        let event = |kind: &str| json!({ "type": kind, "key": key, "windowsVirtualKeyCode": code, "text": text });
        self.call("Input.dispatchKeyEvent", event(if text.is_empty() { "rawKeyDown" } else { "keyDown" }));
        self.call("Input.dispatchKeyEvent", event("keyUp"));
    }

    /// Types a text where the focus is.
    pub(crate) fn type_text(&mut self, text: &str) {
        self.call("Input.insertText", json!({ "text": text }));
    }

    /// Waits until a condition holds.
    pub(crate) fn wait_until(&mut self, condition: &str) {
        for _ in 0..600 {
            if self.eval(condition) == true {
                return;
            }
            thread::sleep(Duration::from_millis(20));
        }
        panic!("never true: {condition}");
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
