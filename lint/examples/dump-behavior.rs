//! Prints what handlers do (a tool for looking at the analysis).
use route_role_lint::*;
fn main() {
    let mut args = std::env::args().skip(1);
    let root = args.next().unwrap();
    let policy_path = args.next();
    let want = args.next();
    let policy = policy_path.filter(|p| p != "-").map(|p| std::fs::read_to_string(p).unwrap());
    let _ = policy;
    let options = source::ScanOptions { roots: vec![root.into()], ..Default::default() };
    let mut map = source::SourceMap::default();
    let inventory = resolve::scan(&options, &mut map, None).unwrap();
    for route in &inventory.routes {
        if let Some(w) = &want { if !route.handler.name.contains(w.as_str()) { continue } }
        println!("{} {} {}", route.method, route.path, route.handler.name);
        let Some(b) = &route.behavior else { println!("   none"); continue };
        let at = |span: source::Span| { format!("{}:{}", map.path(span.file), map.position(span).line) };
        let place = |p: &resolve::Place| format!("{} <- {:?}", at(p.span), p.steps.iter().map(|s| at(*s)).collect::<Vec<_>>());
        
        for l in &b.lookups { println!("   {:3} lookup {} {:?} caller={} {}", l.order, l.name, l.objects, l.carries_caller, place(&l.place)); }
        for a in &b.answers { println!("   {:3} {:?} {:?} {:?} {:?} {}", a.order, a.kind, a.objects, a.status, a.words, place(&a.place)); }
        for a in &b.acts { println!("   {:3} act {} {:?} object={:?} {}", a.order, a.name, a.keys, a.objects, place(&a.place)); }
        for l in &b.late_filters { println!("   late {} {}", at(l.page), place(&l.filter)); }
        for l in &b.open_filters { println!("   open {}", place(&l.condition)); }
        println!("   unknown {} cut {}", b.unknown_answers, b.is_cut);
    }
}
