// All that is known of one route.

const DENIALS = {
  forbidden: 'Refused callers get 403, whether or not the object is there.',
  not_found: 'Refused callers get the same 404 as for an absent object.',
  not_found_unless_readable: 'Refused callers get the 404 of an absent object, unless they may read it: then 403.',
};
const DENIAL_SOURCES = { attribute: 'says #[route_role]', guard: 'says a guard', default: 'says the policy’s default' };
const GUARD_KINDS = { layer: 'layer', attribute: 'attribute', extractor: 'extractor', route_role: '#[route_role]' };
const CERTAINTY = {
  at_most: 'Some guard isn’t known: the real access can only be narrower.',
  unknown: 'The handler or its guards couldn’t be read: nothing is known for sure.',
};

function detail(route, answer) {
  return h('div', { class: 'detail' },
    answer && h('p', { class: `verdict ${answer.result}` }, verdict(route, answer)),
    h('div', { class: 'parts' },
      h('div', { class: 'stack' }, part('Who may call', ways(route)), part('Guards', guards(route), 'in the order in which a request meets them')),
      part('Source', source(route)),
      route.findings.length > 0 && part('Findings', h('ul', { class: 'findings' }, route.findings.map((found) => finding(found, route.service))))));
}

function part(title, content, remark = null) {
  return h('section', {}, h('h3', {}, title, remark && h('span', { class: 'remark' }, ` ${remark}`)), content);
}

function ways(route) {
  const { access } = route;
  const list = access.alternatives.map((way) => h('li', {}, wayIn(way)));
  const facts = [
    list.length === 0 && access.certainty !== 'unknown' && h('p', {}, 'Nobody.'),
    list.length > 1 && h('p', { class: 'remark' }, 'Any one of these ways in:'),
    list.length > 0 && h('ul', { class: 'ways' }, list),
    CERTAINTY[access.certainty] && h('p', { class: 'gap' }, CERTAINTY[access.certainty]),
    route.public !== null && h('p', {}, 'Public on purpose: ', h('q', {}, route.public)),
    route.denial && h('p', {}, DENIALS[route.denial.kind] ?? route.denial.kind, h('span', { class: 'remark' }, ` (${DENIAL_SOURCES[route.denial.source]})`)),
    route.is_object_route && !route.denial && h('p', { class: 'remark' }, 'It addresses one object; what a refused caller of the object sees isn’t stated.'),
  ];
  return h('div', {}, facts);
}

function wayIn(way) {
  const who = way.principals === 'everyone' ? ['everyone'] : way.principals;
  return [
    who.map((kind) => chip('kind', kind === 'everyone' ? 'everyone' : kindName(kind))),
    demands(way, true).map((demand) => [' ', demand]),
  ];
}

/** What a way asks of those whom it accepts. */
function demands(way, withLevels) {
  return [
    ...way.tiers.map((tier) => chip('tier', `${tier.name}+`)),
    ...way.scopes.map((anyOf) => chip('scope', anyOf.length === 0 ? 'a scope that nobody holds' : anyOf.join(' or '))),
    ...way.features.map((feature) => chip('feature', `feature ${feature}`)),
    ...(withLevels ? way.levels.map((level) => chip('level', `@${level}`)) : []),
  ];
}

/** Those that restrict, or might; behind them, folded, those that restrict nobody. Each keeps its number in the order of all. */
function guards(route) {
  const items = route.guards.map((guard, index) => [guard, h('li', { class: guard.effect, value: index + 1 }, guardItem(guard, route.service))]);
  const of = (isOne) => items.filter(([guard]) => isOne(guard.effect)).map(([, item]) => item);
  const [telling, neutral] = [of((effect) => effect !== 'neutral'), of((effect) => effect === 'neutral')];
  return h('div', {},
    telling.length === 0 ? h('p', {}, 'None that restricts anybody.') : h('ol', { class: 'guards' }, telling),
    neutral.length > 0 && h('details', {}, h('summary', { class: 'remark' }, `${neutral.length} more, ${neutral.length === 1 ? 'which restricts' : 'which restrict'} nobody`), h('ol', { class: 'guards' }, neutral)));
}

function guardItem(guard, service) {
  return [
    h('span', { class: 'remark' }, `${GUARD_KINDS[guard.kind]} `), code(guard.text), ' ',
    guard.effect === 'restricts' && ['admits ', code(guard.admits ?? '')],
    guard.effect === 'unmapped' && h('strong', {}, 'not known: no entry of the policy says what it means'),
    guard.effect === 'neutral' && guard.ignored !== null && h('span', { class: 'remark' }, `ignored: ${guard.ignored}`),
    ' ', place(guard.place, service),
  ];
}

function source(route) {
  const row = (term, ...value) => [h('dt', {}, term), h('dd', {}, value)];
  const documented = route.accidental
    ? 'no: it exists only because a registration crosses methods and paths'
    : { true: 'yes', false: 'no' }[route.documented] ?? 'the program has no API description';
  return h('dl', {},
    row('Handler', code(route.handler.name), ' ', place(route.handler.place, route.service)),
    route.mounts.length > 0 && row('Mounted at', route.mounts.map((where, index) => [index > 0 && ', ', place(where, route.service)])),
    row('Documented', documented, route.operation_id !== null && [' (', code(route.operation_id), ')']),
    route.resource !== null && row('Resource', code(route.resource)),
    row('Family', code(route.family)),
    route.roles.length > 0 && row('Roles', route.roles.map((role, index) => [index > 0 && ', ', code(role)])),
    row('Program', code(route.program)),
    route.conditions.length > 0 && row('Only if', route.conditions.map((condition, index) => [index > 0 && ', ',
      condition.holds ? null : 'not ', code(condition.text), ' ', place(condition.place, route.service)])));
}

function finding(found, service, withRule = true) {
  const rest = found.places.map((remark) => h('li', {}, place(remark.place, service), ' ', prose(remark.text)));
  return h('li', { class: found.suppressed === null ? found.severity : 'suppressed' },
    h('p', {}, badge(found), ' ', withRule && [code(found.rule), ' '], prose(found.message), found.confidence === 'low' && h('span', { class: 'remark' }, ' (low confidence)')),
    found.suppressed !== null && h('p', {}, 'Suppressed: ', h('q', {}, found.suppressed)),
    rest.length > 0 && h('ul', { class: 'places' }, rest),
    found.help !== null && h('p', { class: 'help' }, 'To do: ', prose(found.help)));
}

function badge(found) {
  return h('span', { class: `badge ${found.suppressed === null ? found.severity : 'suppressed'}` }, found.suppressed === null ? found.severity : 'suppressed');
}

/** A message whose names stand between backquotes. */
function prose(text) {
  return text.split('`').map((piece, index) => (index % 2 === 1 ? code(piece) : piece));
}

/** Why the chosen caller gets in or doesn't. */
function verdict(route, answer) {
  const who = callerName();
  if (answer.result === 'unknown') return `Whether ${who} gets in can’t be said: the guards couldn’t be read.`;
  const count = route.access.alternatives.length;
  if (answer.result !== 'no') {
    const how = count > 1 ? `, by way ${answer.way + 1} of ${count}` : '';
    return answer.result === 'yes' ? `${capital(who)} gets in${how}.` : `${capital(who)} gets in${how}, unless a guard that isn’t known refuses.`;
  }
  return `${capital(who)} is refused: ${reason(answer)}.`;
}

function reason({ why, what }) {
  switch (why) {
    case 'unauthenticated': return 'credentials are needed';
    case 'wrong_principal': return 'this kind of caller is not accepted';
    case 'wrong_level': return `it has to act at the level ${what}`;
    case 'missing_feature': return `the feature ${what} is switched off`;
    case 'tier_too_low': return `the tier has to be ${what} or higher`;
    case 'missing_scope': return what.length === 0 ? 'it needs a scope that nobody holds' : `the scope ${what.join(' or ')} is missing`;
    default: return 'nobody gets in';
  }
}
