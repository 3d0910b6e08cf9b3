// What is shown: the data, what the reader chose, and the way of that into the address and back.

const services = JSON.parse(byId('data').textContent);
const isFleet = services.length > 1;

/** Every route with its service. */
const routes = services.flatMap((service, serviceIndex) => service.routes.map((route, index) => ({
  ...route,
  access: service.accesses[route.access],
  guards: route.guards.map((number) => service.guards[number]),
  id: `${serviceIndex}.${index}`,
  service,
  title: `${route.method} ${route.path}`,
  group: groupOf(service, route),
  scopeNames: scopesOf(service.accesses[route.access]),
  open: route.findings.filter((finding) => finding.suppressed === null),
  text: null,
})));

function scopesOf(access) {
  return [...new Set(access.alternatives.flatMap((way) => way.scopes.flat()))];
}

/** What routes stand under: their service, and its program where it has several. */
function groupOf(service, route) {
  return [isFleet && service.name, service.programs.length > 1 && route.program].filter(Boolean).join(' · ');
}

const groups = [...new Set(routes.map((route) => route.group))];

const FIRST_KINDS = [ANONYMOUS, 'user', 'api_key'];
const kinds = [...new Set(services.flatMap((service) => service.principals))]
  .sort((left, right) => kindOrder(left) - kindOrder(right) || compare(left, right));
const ladders = [...new Set(services.flatMap((service) => service.ladders.map((ladder) => ladder.name)))]
  .map((name) => ({ name, tiers: mergedTiers(name) }));
const levels = sorted(services.flatMap((service) => service.levels.map((level) => level.name)).concat(routes.flatMap((route) => route.levels)));
const features = sorted(services.flatMap((service) => service.features));
const scopes = sorted(routes.flatMap((route) => route.scopeNames));

function capital(text) {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function compare(left, right) {
  return left < right ? -1 : left > right ? 1 : 0;
}

function sorted(values) {
  return [...new Set(values)].sort(compare);
}

function kindOrder(kind) {
  const index = FIRST_KINDS.indexOf(kind);
  return index < 0 ? FIRST_KINDS.length : index;
}

/** The tiers that services have on ladders of one name. A tier follows all that it follows anywhere, as far as the services agree. */
function mergedTiers(name) {
  let lists = services.map((service) => service.ladders.find((ladder) => ladder.name === name)?.tiers ?? []);
  const merged = [];
  for (lists = lists.filter((list) => list.length > 0); lists.length > 0; lists = lists.filter((list) => list.length > 0)) {
    const heads = lists.map((list) => list[0]);
    const next = heads.find((head) => lists.every((list) => list.indexOf(head) <= 0)) ?? heads[0];
    merged.push(next);
    lists = lists.map((list) => list.filter((tier) => tier !== next));
  }
  return merged;
}

/** The names that people use. */
function kindName(kind) {
  return kind === 'api_key' ? 'API key' : capital(kind.replaceAll('_', ' '));
}

const SINGLE = {
  view: 'routes', kind: '', level: '', scopes: 'any', show: 'all', q: '', service: '', program: '', method: '', at: '', scope: '', family: '', access: '',
  finding: '', documented: '', sort: '', columns: 'callers',
};
const state = { ...SINGLE, tiers: new Map(), held: new Set(), off: new Set(), opened: new Set(), allOpen: false };

function readAddress() {
  const words = new URLSearchParams(location.hash.slice(1));
  for (const [name, value] of Object.entries(SINGLE)) state[name] = words.get(name) ?? value;
  // `ladder/tier`, or the tier alone on a ladder without a name.
  state.tiers = new Map(words.getAll('tier').map((word) => [word.slice(0, Math.max(word.indexOf('/'), 0)), word.slice(word.indexOf('/') + 1)]));
  state.held = new Set(words.getAll('held'));
  state.off = new Set(words.getAll('off'));
  state.opened = new Set(words.getAll('route').map((title) => routeOf(title)?.id).filter(Boolean));
}

/** A route by what an address calls it. */
function routeOf(address) {
  return routes.find((route) => routeAddress(route) === address);
}

function routeAddress(route) {
  return isFleet ? `${route.service.name} ${route.title}` : route.title;
}

function writeAddress() {
  const words = new URLSearchParams();
  for (const [name, value] of Object.entries(SINGLE)) if (state[name] !== value) words.set(name, state[name]);
  for (const pair of state.tiers) words.append('tier', pair.filter(Boolean).join('/'));
  for (const scope of state.held) words.append('held', scope);
  for (const feature of state.off) words.append('off', feature);
  history.replaceState(null, '', `#${words}`);
}

/** The callers that the reader asked about, as a service sees them: any of them may be meant. Null if no caller was chosen. */
function callersOf(service, kind = state.kind, tiers = state.tiers) {
  if (kind === '') return null;
  if (kind === ANONYMOUS) return [NOBODY];
  const caller = {
    kind,
    scopes: state.scopes === 'these' ? state.held : ANY,
    tiers: service.ladders.map((ladder) => ({ ladder: ladder.name, name: tiers.get(ladder.name) ?? null })),
    levels: state.level === '' ? ANY : new Set([state.level]),
    features: { has: (feature) => !state.off.has(feature) },
  };
  if (state.scopes !== 'grantable') return [caller];
  const entries = service.assignable.filter((entry) => entry.principal === kind
    && (entry.level === null || state.level === '' || entry.level === state.level));
  const granted = entries.map((entry) => ({
    ...caller,
    levels: entry.level === null ? caller.levels : new Set([entry.level]),
    scopes: new Set(entry.asked),
  }));
  return granted.length > 0 ? granted : [{ ...caller, scopes: NOTHING }];
}

/** What the chosen caller reaches, route by route; null without a caller. */
function reachOfAll() {
  const callers = new Map(services.map((service) => [service, callersOf(service)]));
  const known = new Map();
  return new Map(routes.map((route) => {
    const asked = callers.get(route.service);
    if (asked && !known.has(route.access)) known.set(route.access, reach(route, asked, route.service.ladders));
    return [route, asked && known.get(route.access)];
  }));
}

const FINDINGS = {
  __proto__: null,
  any: (route) => route.open.length > 0,
  error: (route) => route.open.some((finding) => finding.severity === 'error'),
  none: (route) => route.open.length === 0,
  suppressed: (route) => route.open.length < route.findings.length,
};

const ACCESS = {
  __proto__: null,
  open: (route) => needs(route, ANONYMOUS, route.service.ladders).status === 'open',
  undeclared: (route) => needs(route, ANONYMOUS, route.service.ladders).status === 'open' && route.public === null,
  nobody: (route) => route.access.alternatives.length === 0 && route.access.certainty !== 'unknown',
  unproven: (route) => route.access.certainty !== 'proven',
};

const DOCUMENTED = {
  __proto__: null,
  yes: (route) => route.documented === true,
  no: (route) => route.documented === false,
  accidental: (route) => route.accidental,
};

/** All that a search looks at, made when somebody searches. */
function textOf(route) {
  const ways = route.access.alternatives.flatMap((way) => [...way.scopes.flat(), ...way.tiers.map((tier) => tier.name)]);
  const found = route.findings.flatMap((finding) => [finding.rule, finding.message]);
  route.text ??= [route.title, route.handler.name, route.service.places[route.handler.place].file, route.family, route.resource ?? '', route.public ?? '',
    ...route.roles, ...ways, ...route.guards.map((guard) => guard.text), ...found].join('\n').toLowerCase();
  return route.text;
}

function matches(route, words) {
  return (words.length === 0 || words.every((word) => textOf(route).includes(word)))
    && (state.service === '' || route.service.name === state.service)
    && (state.program === '' || route.program === state.program)
    && (state.method === '' || route.method === state.method)
    && (state.at === '' || route.levels.includes(state.at))
    && (state.scope === '' || route.scopeNames.includes(state.scope))
    && (state.family === '' || route.family === state.family || route.resource === state.family)
    && (state.access === '' || ACCESS[state.access]?.(route))
    && (state.finding === '' || (FINDINGS[state.finding]?.(route) ?? route.open.some((finding) => finding.rule === state.finding)))
    && (state.documented === '' || DOCUMENTED[state.documented]?.(route));
}

/** The routes that the filters leave, before and after the caller is asked for. */
function chosenRoutes(reached) {
  const words = state.q.toLowerCase().split(/\s+/).filter(Boolean);
  const filtered = routes.filter((route) => matches(route, words));
  const shows = { __proto__: null, all: () => true, reached: (route) => reached.get(route).result !== 'no', refused: (route) => reached.get(route).result === 'no' };
  const show = state.kind === '' ? shows.all : shows[state.show] ?? shows.all;
  return { filtered, shown: filtered.filter(show) };
}
