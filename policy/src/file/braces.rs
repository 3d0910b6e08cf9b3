//! Brace expansion: `case:{read,create}` stands for `case:read` and `case:create`.

/// More scopes than this from one pattern are an accident or an attack.
const MAX_EXPANSIONS: usize = 1_000;

/// Every text that a pattern stands for, in the order of the alternatives.
pub(super) fn expand(pattern: &str) -> Result<Vec<String>, String> {
    let mut rest = pattern;
    let expanded = sequence(&mut rest, 0)?;
    match rest.chars().next() {
        None => Ok(expanded),
        Some(_) => Err("a brace is closed that was never opened".to_owned()),
    }
}

/// Texts and groups up to the end of the alternative.
fn sequence(rest: &mut &str, depth: usize) -> Result<Vec<String>, String> {
    const MAX_DEPTH: usize = 8;
    if depth > MAX_DEPTH {
        return Err(format!("braces are nested more than {MAX_DEPTH} levels deep"));
    }
    let mut texts = vec![String::new()];
    loop {
        let ends = |c: char| c == '{' || c == '}' || (depth > 0 && c == ',');
        let (literal, behind) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
        texts.iter_mut().for_each(|text| text.push_str(literal));
        *rest = behind;
        let Some(inside) = rest.strip_prefix('{') else { return Ok(texts) };
        *rest = inside;
        let choices = group(rest, depth)?;
        if texts.len().saturating_mul(choices.len()) > MAX_EXPANSIONS {
            return Err(format!("it stands for more than {MAX_EXPANSIONS} scopes"));
        }
        texts = texts.iter().flat_map(|text| choices.iter().map(move |choice| format!("{text}{choice}"))).collect();
    }
}

/// The alternatives up to the closing brace.
fn group(rest: &mut &str, depth: usize) -> Result<Vec<String>, String> {
    let mut choices = Vec::new();
    loop {
        choices.extend(sequence(rest, depth + 1)?);
        if choices.len() > MAX_EXPANSIONS {
            return Err(format!("it stands for more than {MAX_EXPANSIONS} scopes"));
        }
        if let Some(behind) = rest.strip_prefix(',') {
            *rest = behind;
        } else if let Some(behind) = rest.strip_prefix('}') {
            *rest = behind;
            return Ok(choices);
        } else {
            return Err("a brace is never closed".to_owned());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::expand;

    #[test]
    fn braces_stand_for_each_of_their_alternatives() {
        assert_eq!(expand("case:{read,create}").unwrap(), ["case:read", "case:create"]);
        assert_eq!(expand("{a,b}:{c,d}").unwrap(), ["a:c", "a:d", "b:c", "b:d"]);
        assert_eq!(expand("a:{b,c:{d,e}}").unwrap(), ["a:b", "a:c:d", "a:c:e"]);
        assert_eq!(expand("plain,text").unwrap(), ["plain,text"]);
    }

    #[test]
    fn unbalanced_braces_are_refused() {
        assert!(expand("a{b").unwrap_err().contains("never closed"));
        assert!(expand("a}b").unwrap_err().contains("never opened"));
    }

    #[test]
    fn a_pattern_that_stands_for_too_much_is_refused() {
        assert!(expand(&"{a,b}".repeat(64)).unwrap_err().contains("more than 1000"));
        assert!(expand(&"{".repeat(10_000)).unwrap_err().contains("nested"));
        assert!(expand(&format!("{{{}}}", "a,".repeat(5_000))).unwrap_err().contains("more than 1000"));
    }
}
