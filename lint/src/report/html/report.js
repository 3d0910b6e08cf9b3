// The page: what it says at the top, its controls, its other views.

function article(noun) {
  return /^[aeiou]/i.test(noun) && !/^(u[sn]|one)/i.test(noun) ? `an ${noun}` : `a ${noun}`;
}

/** The chosen caller in words: `a member-level API key at organization`. */
function callerName() {
  if (state.kind === ANONYMOUS) return 'a caller without credentials';
  const noun = { user: 'user', api_key: 'API key', service: 'service' }[state.kind] ?? state.kind.replaceAll('_', ' ');
  const held = [...state.tiers.values()].join(', ');
  const rest = [
    state.level && `at ${state.level}`,
    state.scopes === 'grantable' && 'with every scope that it can be granted',
    state.scopes === 'these' && (state.held.size === 0 ? 'without any scope' : `with ${[...state.held].sort(compare).join(', ')}`),
    state.off.size > 0 && `without ${[...state.off].sort(compare).join(', ')}`,
  ];
  return [article(held ? `${held}-level ${noun}` : noun), ...rest].filter(Boolean).join(' ');
}

/** Rebuilds a part of the page; whoever was at a control stays at it. */
function keepFocus(container, rebuild) {
  const active = container.contains(document.activeElement) ? document.activeElement : null;
  const { name, value, type } = active ?? {};
  rebuild();
  if (!active) return;
  const same = [...container.querySelectorAll('input, select, button')].filter((control) => control.name === name);
  const found = type === 'radio' || type === 'checkbox' || type === 'button' ? same.find((control) => control.value === value) : same[0];
  (found ?? container.querySelector('input, select, button'))?.focus();
}

function drawSummary() {
  const opened = routes.filter(ACCESS.open);
  const bySeverity = (severity) => routes.reduce((sum, route) => sum + route.open.filter((found) => found.severity === severity).length, 0)
    + services.reduce((sum, service) => sum + service.findings.filter((found) => found.suppressed === null && found.severity === severity).length, 0);
  const counts = ['error', 'warning', 'note'].map((severity) => [bySeverity(severity), severity]).filter(([count]) => count > 0);
  const gaps = services.reduce((sum, service) => sum + gapsOf(service).length, 0);
  const tile = (value, label, remark, action, kind = '') => h('button', { type: 'button', class: `tile ${kind}`, onclick: action },
    h('strong', {}, String(value)), h('span', {}, label), h('small', {}, remark));
  const accepting = (kind) => routes.filter((route) => !['no'].includes(needs(route, kind, route.service.ladders).status)).length;
  const programs = services.reduce((sum, service) => sum + service.programs.length, 0);
  byId('summary').replaceChildren(...[
    tile(routes.length, routes.length === 1 ? 'route' : 'routes', isFleet ? `in ${services.length} services` : `in ${plural(programs, 'program')}`, () => reset()),
    tile(opened.length, 'open to everyone', `${opened.filter((route) => route.public === null).length} not declared public`, () => reset({ access: 'open' }), opened.length > 0 ? 'warm' : ''),
    kinds.includes('api_key') && tile(accepting('api_key'), 'accept API keys', `of ${plural(routes.length, 'route')}`, () => reset({ kind: 'api_key', show: 'reached' })),
    tile(counts.reduce((sum, [count]) => sum + count, 0), 'findings', counts.map(([count, severity]) => plural(count, severity)).join(', ') || 'nothing found', () => reset({ view: 'findings' }), bySeverity('error') > 0 ? 'hot' : ''),
    tile(gaps === 0 ? 'all' : plural(gaps, 'gap'), gaps === 0 ? 'was seen' : 'in what was seen', gaps === 0 ? 'nothing left out' : services.flatMap(gapsOf).slice(0, 2).join(', '), () => reset({ view: 'services' }), gaps > 0 ? 'warm' : ''),
  ].filter(Boolean));
  byId('subject').textContent = isFleet ? `${services.length} services` : services[0]?.name ?? 'nothing';
  document.title = isFleet ? `Who may call what: ${services.length} services` : `Who may call what: ${services[0]?.name ?? ''}`;
  document.querySelector('nav [data-view=services]').textContent = isFleet ? 'Services' : 'Coverage';
}

/** What was not seen of a service, in words. */
function gapsOf({ coverage }) {
  const gaps = [
    [coverage.unparsed_files, 'file', 'not parsable'], [coverage.unmapped_guards, 'guard', 'not mapped'], [coverage.unresolved, 'place', 'unresolved'],
    [coverage.opaque, 'service', 'opaque'], [coverage.dead_routers, 'router', 'not mounted'], [coverage.unknown_answers, 'answer', 'of handlers not known'],
  ];
  return gaps.filter(([count]) => count > 0).map(([count, noun, gap]) => `${plural(count, noun)} ${gap}`);
}

function drawCaller() {
  const isNamed = state.kind !== '' && state.kind !== ANONYMOUS;
  const known = isFleet ? kinds : services[0]?.principals ?? [];
  const of = services.filter((service) => state.service === '' || service.name === state.service);
  const tiers = ladders.filter(({ name }) => of.some((service) => service.ladders.some((ladder) => ladder.name === name))).map((ladder) => choice(ladder.name === '' ? 'Tier' : `Tier of ${ladder.name}`, `tier-${ladder.name}`,
    [['', 'any'], ...ladder.tiers.map((tier) => [tier, tier])], state.tiers.get(ladder.name) ?? '', (tier) => {
      const next = new Map(state.tiers).set(ladder.name, tier);
      if (tier === '') next.delete(ladder.name);
      change({ tiers: next });
    }));
  const grantable = services.some((service) => service.assignable.some((entry) => entry.principal === state.kind));
  const parts = [
    choice('Kind of caller', 'kind', [['', 'any'], ...known.map((kind) => [kind, kindName(kind)])], state.kind,
      (kind) => change({ kind, show: kind === '' ? 'all' : state.show === 'all' ? 'reached' : state.show, scopes: kind === state.kind ? state.scopes : 'any' })),
    isNamed && tiers,
    isNamed && levels.length > 1 && select('Acts at level', 'level', [['', 'any'], ...levels.map((level) => [level, level])], state.level, (level) => change({ level })),
    isNamed && scopes.length > 0 && choice('Scopes', 'scopes', [['any', 'all'], ...(grantable ? [['grantable', 'all grantable']] : []), ['these', 'only…']], state.scopes, (held) => change({ scopes: held })),
    isNamed && state.scopes === 'these' && scopes.length > 0 && boxes('Scopes that it holds', 'held', scopes, state.held),
    isNamed && features.length > 0 && h('details', { class: 'features', open: state.off.size > 0 }, h('summary', {}, 'Features'),
      boxes('Features that are switched off', 'off', features, state.off)),
  ];
  keepFocus(byId('caller-fields'), () => byId('caller-fields').replaceChildren(...parts.flat().filter(Boolean)));
}

function boxes(legend, name, values, chosen) {
  return h('fieldset', { class: 'boxes' }, h('legend', {}, legend), values.map((value) => h('label', {},
    h('input', { type: 'checkbox', name, value, checked: chosen.has(value), onchange: (event) => {
      const next = new Set(chosen);
      if (event.target.checked) next.add(value);
      else next.delete(value);
      change({ [name]: next });
    } }), h('span', { dir: 'ltr' }, value))));
}

/** Makes the filters, once: their lists can be long. */
function makeFilters() {
  const any = (label) => ['', label];
  const plain = (values) => values.map((value) => [value, value]);
  const rules = sorted(routes.flatMap((route) => route.open.map((found) => found.rule)));
  const families = sorted(routes.flatMap((route) => [route.family, route.resource]).filter(Boolean));
  const filter = (label, name, options, least = 2) => options.length > least && select(label, name, options, state[name], (value) => change({ [name]: value }));
  const fields = [
    filter('Service', 'service', [any('all'), ...plain(services.map((service) => service.name))]),
    services.some((service) => service.programs.length > 1) && filter('Program', 'program', [any('all'), ...plain(sorted(services.flatMap((service) => service.programs)))]),
    filter('Access', 'access', [any('any'), ['open', 'open to everyone'], ['undeclared', 'open, not declared public'], ['nobody', 'nobody'], ['unproven', 'not proven']]),
    filter('Asks for scope', 'scope', [any('any'), ...plain(scopes)], 1),
    filter('Level', 'at', [any('any'), ...plain(levels)], 1),
    filter('Family or resource', 'family', [any('all'), ...plain(families)]),
    filter('Method', 'method', [any('all'), ...plain(sorted(routes.map((route) => route.method)))]),
    filter('Findings', 'finding', [any('any'), ['any', 'with findings'], ['error', 'with errors'], ['suppressed', 'with suppressed ones'], ['none', 'without'], ...plain(rules)]),
    routes.some((route) => route.documented !== null)
      && filter('API description', 'documented', [any('any'), ['yes', 'documented'], ['no', 'not documented'], ['accidental', 'accidental']]),
  ];
  byId('filter-fields').replaceChildren(...fields.filter(Boolean));
}

function drawFilters() {
  for (const control of byId('filter-fields').querySelectorAll('select')) {
    control.value = state[control.name];
    control.classList.toggle('set', state[control.name] !== '');
  }
}

function drawAnswer(reached, filtered, shown) {
  if (state.kind === '') {
    const text = shown.length === routes.length ? `All ${plural(routes.length, 'route')}` : `${shown.length} of ${plural(routes.length, 'route')}`;
    byId('answer').replaceChildren(h('p', {}, h('strong', {}, text), h('span', { class: 'remark' }, ' Choose a kind of caller to see what it can reach.')));
    byId('show').replaceChildren();
    return;
  }
  const count = (result) => filtered.filter((route) => reached.get(route).result === result);
  const [yes, perhaps, unknown, no] = ['yes', 'perhaps', 'unknown', 'no'].map(count);
  const opened = state.kind === ANONYMOUS ? 0 : yes.filter(ACCESS.open).length;
  const doubts = [perhaps.length > 0 && `${perhaps.length} more if guards that aren’t known let it`, unknown.length > 0 && `${unknown.length} can’t be told`].filter(Boolean);
  const of = filtered.length === routes.length ? plural(routes.length, 'route') : `the ${plural(filtered.length, 'route')} that the filters leave`;
  byId('answer').replaceChildren(
    h('p', {}, h('strong', {}, capital(callerName())), ' reaches ', h('strong', { class: 'count' }, String(yes.length)), ` of ${of}`,
      isFleet && ` in ${new Set(yes.map((route) => route.service)).size} of ${services.length} services`,
      doubts.length > 0 && h('span', { class: 'gap' }, ` (${doubts.join(', ')})`), '.'),
    h('p', { class: 'remark' }, [...byMethod(yes), opened > 0 && `${opened} of them open to everyone`].filter(Boolean).join(' · ')));
  const options = [['all', `all ${filtered.length}`], ['reached', `reached ${filtered.length - no.length}`], ['refused', `refused ${no.length}`]];
  keepFocus(byId('show'), () => byId('show').replaceChildren(choice('Show', 'show', options, state.show, (show) => change({ show }))));
}

/** `12 GET`, for each method. */
function byMethod(list) {
  const methods = sorted(list.map((route) => route.method));
  return methods.map((method) => `${list.filter((route) => route.method === method).length} ${method}`);
}

function drawTools() {
  const options = [['callers', 'callers'], ...(ladders.length > 0 ? [['tiers', 'tiers']] : []), ...(scopes.length > 0 ? [['scopes', 'scopes']] : [])];
  keepFocus(byId('columns'), () => byId('columns').replaceChildren(
    ...(options.length > 1 ? [choice('Columns', 'columns', options, state.columns, (value) => change({ columns: value }))] : [])));
  if (byId('search').value !== state.q) byId('search').value = state.q;
  byId('unfold').setAttribute('aria-pressed', String(state.allOpen));
  byId('unfold').textContent = state.allOpen ? 'Close all details' : 'Open all details';
}

function drawLegend() {
  byId('legend').replaceChildren(...Object.entries(STATUSES).flatMap(([status, { text, meaning }]) => [
    h('span', { class: `sample cell ${status}` }, text || 'member+'), ` ${meaning} `]));
}

function drawScopes() {
  const rows = services.flatMap((service) => sorted(routes.filter((route) => route.service === service).flatMap((route) => route.scopeNames)
    .concat(service.scopes.filter((scope) => !scope.includes('*')))).map((scope) => ({ service, scope })));
  const body = rows.map(({ service, scope }) => {
    const asking = routes.filter((route) => route.service === service && route.scopeNames.includes(scope));
    const byKey = asking.filter((route) => route.access.alternatives.some((way) => way.scopes.flat().includes(scope)
      && (way.principals === 'everyone' || way.principals.includes('api_key'))));
    const grants = service.assignable.filter((entry) => entry.asked.includes(scope) || entry.scopes.includes(scope));
    const to = sorted(grants.map((entry) => `${kindName(entry.principal)}${entry.level === null ? '' : ` @${entry.level}`}`));
    return h('tr', {}, h('th', { scope: 'row' }, code(scope)), isFleet && h('td', {}, service.name),
      h('td', {}, to.length > 0 ? to.join(', ') : h('span', { class: 'remark' }, 'nobody')),
      h('td', {}, asking.length > 0 ? h('button', { type: 'button', class: 'link', onclick: () => reset({ scope, service: isFleet ? service.name : '' }) }, plural(asking.length, 'route'))
        : h('span', { class: 'remark' }, 'none')),
      h('td', {}, byKey.length > 0 ? h('button', { type: 'button', class: 'link', onclick: () => reset({ kind: 'api_key', show: 'reached', scope, service: isFleet ? service.name : '' }) }, plural(byKey.length, 'route'))
        : h('span', { class: 'remark' }, 'none')));
  });
  byId('view-scopes').replaceChildren(h('h2', {}, 'Scopes'), rows.length === 0 ? h('p', {}, 'No route asks for a scope, and the policy declares none.')
    : h('div', { class: 'scroll' }, h('table', {}, h('caption', { class: 'hidden' }, 'Scopes, to whom they can be granted, and the routes that ask for them'),
      h('thead', {}, h('tr', {}, ['Scope', isFleet && 'Service', 'Assignable to', 'Asked for by', 'Of these for API keys'].filter(Boolean).map((title) => h('th', { scope: 'col' }, title)))),
      h('tbody', {}, body))));
}

function drawFindings() {
  const all = services.flatMap((service) => service.findings.map((found) => ({ found, service, route: null })))
    .concat(routes.flatMap((route) => route.findings.map((found) => ({ found, service: route.service, route }))));
  const byRule = new Map();
  for (const item of all) {
    const key = item.found.suppressed === null ? item.found.rule : 'suppressed';
    byRule.set(key, [...(byRule.get(key) ?? []), item]);
  }
  const order = ['error', 'warning', 'note'];
  const worst = (items) => Math.min(...items.map(({ found }) => (found.suppressed === null ? order.indexOf(found.severity) : order.length)));
  const sections = [...byRule].sort((left, right) => worst(left[1]) - worst(right[1]) || compare(left[0], right[0])).map(([rule, items]) => {
    const list = h('ul', { class: 'findings' });
    const fill = () => list.childElementCount === 0 && list.append(...items.map(({ found, service, route }) => {
      const item = finding(found, service, found.suppressed !== null);
      const where = [route && h('button', { type: 'button', class: 'link', onclick: () => openRoute(route) }, route.title), isFleet && h('span', { class: 'remark' }, ` ${service.name}`)];
      item.prepend(h('p', { class: 'where' }, where.filter(Boolean)));
      return item;
    }));
    const section = h('details', { ontoggle: fill }, h('summary', {}, badge(items[0].found), ' ', h('strong', {}, rule), h('span', { class: 'remark' }, ` ${plural(items.length, 'finding')}`)), list);
    if (items.length <= 5) {
      section.open = true;
      fill();
    }
    return section;
  });
  byId('view-findings').replaceChildren(h('h2', {}, 'Findings'), ...(sections.length > 0 ? sections : [h('p', {}, 'Nothing was found.')]));
}

function drawServices() {
  const counted = kinds.filter((kind) => kind !== ANONYMOUS);
  const accepts = (service, kind) => routes.filter((route) => route.service === service && needs(route, kind, service.ladders).status !== 'no').length;
  const rows = services.map((service) => {
    const own = routes.filter((route) => route.service === service);
    const found = own.reduce((sum, route) => sum + route.open.length, service.findings.filter((one) => one.suppressed === null).length);
    const link = (kind, count) => (count === 0 ? h('span', { class: 'remark' }, '0')
      : h('button', { type: 'button', class: 'link', onclick: () => reset({ kind, show: 'reached', service: isFleet ? service.name : '' }) }, String(count)));
    return h('tr', {}, h('th', { scope: 'row' }, isFleet ? h('button', { type: 'button', class: 'link', onclick: () => reset({ service: service.name }) }, service.name) : service.name),
      h('td', {}, String(own.length)), h('td', {}, link(ANONYMOUS, own.filter(ACCESS.open).length)),
      counted.map((kind) => h('td', {}, service.principals.includes(kind) ? link(kind, accepts(service, kind)) : h('span', { class: 'remark' }, '–'))),
      h('td', {}, String(found)), h('td', {}, gapsOf(service).join(', ') || 'nothing left out'));
  });
  const seen = services.map((service) => h('li', {}, isFleet && h('strong', {}, `${service.name}: `),
    `${plural(service.coverage.files, 'file')}, ${service.coverage.parsed_files} of them parsed; ${plural(service.coverage.guards, 'guard')}; ${gapsOf(service).join(', ') || 'nothing left out'}.`));
  byId('view-services').replaceChildren(
    h('h2', {}, isFleet ? 'Services' : 'Coverage'),
    h('p', { class: 'remark' }, 'How many routes accept each kind of caller that holds all that they ask for.'),
    h('div', { class: 'scroll' }, h('table', {}, h('caption', { class: 'hidden' }, 'How many routes accept each kind of caller'),
      h('thead', {}, h('tr', {}, ['Service', 'Routes', 'Open', ...counted.map(kindName), 'Findings', 'Not seen'].map((title) => h('th', { scope: 'col' }, title)))),
      h('tbody', {}, rows))),
    h('h3', {}, 'What was seen'), h('ul', {}, seen));
}

function openRoute(route) {
  reset({ q: '', opened: new Set([route.id]) });
  while (!byId(`row-${route.id}`) && pending.at < pending.rows.length) drawMore();
  const row = byId(`row-${route.id}`);
  row?.scrollIntoView({ block: 'center' });
  row?.querySelector('button').focus({ preventScroll: true });
}

const VIEWS = { __proto__: null, scopes: drawScopes, findings: drawFindings, services: drawServices };

function draw() {
  for (const button of document.querySelectorAll('nav [data-view]')) {
    const isHere = button.dataset.view === state.view;
    if (isHere) button.setAttribute('aria-current', 'page');
    else button.removeAttribute('aria-current');
    byId(`view-${button.dataset.view}`).hidden = !isHere;
  }
  VIEWS[state.view]?.();
  if (state.view === 'routes') {
    const reached = reachOfAll();
    const { filtered, shown } = chosenRoutes(reached);
    drawCaller();
    drawFilters();
    drawTools();
    drawAnswer(reached, filtered, shown);
    drawTable(shown, reached);
  }
  writeAddress();
}

function change(what) {
  Object.assign(state, what);
  draw();
}

/** Back to all routes, but for `what`. */
function reset(what = {}) {
  change({ ...SINGLE, tiers: new Map(), held: new Set(), off: new Set(), opened: new Set(), allOpen: false, ...what });
}

function start() {
  readAddress();
  if (!(state.view === 'routes' || VIEWS[state.view])) state.view = 'routes';
  if (!kinds.includes(state.kind)) state.kind = '';
  drawSummary();
  drawLegend();
  makeFilters();
  byId('filters').open = matchMedia('(min-width: 1000px)').matches;
  draw();
  document.querySelector('nav').addEventListener('click', (event) => {
    const view = event.target.closest('[data-view]')?.dataset.view;
    if (view) change({ view });
  });
  byId('search').addEventListener('input', (event) => change({ q: event.target.value }));
  byId('unfold').addEventListener('click', () => change({ allOpen: !state.allOpen, opened: new Set() }));
  byId('reset').addEventListener('click', () => reset());
  byId('more').addEventListener('click', () => drawMore());
  byId('matrix').tBodies[0].addEventListener('click', (event) => {
    const row = event.target.closest('tr.row');
    if (row && !event.target.closest('a') && String(getSelection()) === '') toggle(row.id.slice('row-'.length));
  });
  byId('skip').addEventListener('click', (event) => {
    event.preventDefault();
    byId('main').focus();
  });
  for (const form of document.forms) form.addEventListener('submit', (event) => event.preventDefault());
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target.closest('input[type=search], select');
    if (event.key === '/' && !isTyping && state.view === 'routes') {
      event.preventDefault();
      byId('search').focus();
    }
  });
  addEventListener('hashchange', () => {
    readAddress();
    draw();
  });
  addEventListener('beforeprint', () => drawMore(Infinity));
  new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && drawMore(), { rootMargin: '600px' }).observe(byId('more'));
}

start();
