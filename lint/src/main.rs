//! The command line.
fn main() {
    let root = std::env::args().nth(1).unwrap_or_default();
    let mut map = route_role_lint::source::SourceMap::default();
    let options = route_role_lint::source::ScanOptions { roots: vec![root.into()], ..Default::default() };
    let inventory = route_role_lint::scan(&options, &mut map, None).expect("scan");
    for route in &inventory.routes {
        let guards: Vec<_> = route.guards.iter().map(|g| g.term.to_string()).collect();
        println!("{} {} {} -> {} [{}] {:?}", inventory.programs[route.program].name, route.method, route.path, route.handler.name, guards.join(" | "),
          match &route.documentation { route_role_lint::resolve::Documentation::None => "none", route_role_lint::resolve::Documentation::Documented(_) => "doc", route_role_lint::resolve::Documentation::Undocumented{..} => "undoc", _ => "ACCIDENT" });
    }
    for note in &inventory.notes {
        let place = note.span.map(|s| { let p = map.position(s); format!("{}:{}:{}", map.path(s.file), p.line, p.column) }).unwrap_or_default();
        println!("NOTE {:?} {} {}", note.kind, place, note.message);
    }
    println!("{:?}", inventory.coverage);
}
