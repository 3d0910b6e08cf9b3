// The matrix: its columns, its order, and its rows, a part of them at a time.

/** How many rows are made at once: more than a screen shows, few enough to be there at once. */
const CHUNK = 80;
/** With more columns than this the table scrolls sideways. */
const FITTING = 7;
/** How many columns of scopes are shown. */
const SCOPE_COLUMNS = 12;

const STATUSES = {
  open: { order: 0, text: 'open', meaning: 'anyone gets in, without credentials' },
  yes: { order: 1, text: 'yes', meaning: 'gets in, nothing else asked' },
  needs: { order: 2, text: '', meaning: 'gets in with what is named' },
  perhaps: { order: 3, text: 'perhaps', meaning: 'gets in at most with what is named: some guard isn’t known' },
  unknown: { order: 4, text: 'unknown', meaning: 'the guards couldn’t be read' },
  no: { order: 5, text: '–', meaning: 'never gets in' },
};
const REACHES = { yes: 'reaches', perhaps: 'perhaps', unknown: 'unknown', no: 'refused' };
/** Levels tell nothing where there is only one. */
const showsLevels = levels.length > 1;

/** One column: `cell(route)` gives its status and content, `order(route)` what it is sorted by. */
function columns(shown, reached) {
  const all = { __proto__: null, callers: callerColumns, tiers: tierColumns, scopes: scopeColumns }[state.columns] ?? callerColumns;
  const tellsApart = state.kind !== '' && state.columns !== 'tiers' && new Set(shown.map((route) => reached.get(route).result)).size > 1;
  const verdicts = !tellsApart ? [] : [{
    key: 'reach',
    title: 'This caller',
    cell: (route) => ({ status: `reach-${reached.get(route).result}`, content: REACHES[reached.get(route).result] }),
    order: (route) => ['yes', 'perhaps', 'unknown', 'no'].indexOf(reached.get(route).result),
  }];
  return [...verdicts, ...all(shown)];
}

function callerColumns() {
  const known = kinds.filter((kind) => services.some((service) => (state.service === '' || service.name === state.service) && service.principals.includes(kind)));
  return known.map((kind) => ({
    key: `kind-${kind}`,
    title: kindName(kind),
    chosen: kind === state.kind,
    cell: (route) => callerCell(route, kind),
    order: (route) => {
      const { status, ways } = needs(route, kind, route.service.ladders);
      return [STATUSES[status].order, ...ways.flatMap((way) => way.tiers.map((tier) => tierOrder(tier))), 0];
    },
  }));
}

function tierOrder(tier) {
  return ladders.find((ladder) => ladder.name === tier.ladder)?.tiers.indexOf(tier.name) ?? 0;
}

function callerCell(route, kind) {
  if (!route.service.principals.includes(kind)) return { status: 'absent', content: '' };
  const { status, ways } = needs(route, kind, route.service.ladders);
  const asked = ways.map((way) => demands(way, showsLevels)).filter((list) => list.length > 0);
  const content = asked.map((list, index) => [index > 0 && h('span', { class: 'or' }, ' or '), list.map((item) => [item, ' '])]);
  if (status === 'perhaps') return { status, content: [h('span', { class: 'word' }, 'perhaps '), content] };
  if (status === 'needs') return { status, content: content.length > 0 && asked.some((list) => list.length > 0) ? content : 'yes' };
  return { status, content: STATUSES[status].text };
}

/** A column for each tier: whether the chosen kind of caller, or any kind with credentials, gets in with it. */
function tierColumns() {
  const asking = state.kind === '' ? kinds.filter((kind) => kind !== ANONYMOUS) : [state.kind];
  return ladders.flatMap((ladder) => ladder.tiers.map((tier) => ({
    key: `tier-${ladder.name}-${tier}`,
    title: ladder.name === '' ? tier : `${ladder.name}: ${tier}`,
    chosen: state.tiers.get(ladder.name) === tier,
    cell: (route) => {
      const { result } = reachByTier(route, asking, ladder.name, tier);
      return { status: `reach-${result}`, content: REACHES[result] };
    },
    order: (route) => ['yes', 'perhaps', 'unknown', 'no'].indexOf(reachByTier(route, asking, ladder.name, tier).result),
  })));
}

function reachByTier(route, asking, ladder, tier) {
  const callers = asking.flatMap((kind) => callersOf(route.service, kind, new Map(state.tiers).set(ladder, tier)));
  return reach(route, callers, route.service.ladders);
}

/** A column for each of the scopes that most of the shown routes ask for. */
function scopeColumns(shown) {
  const counts = new Map();
  for (const route of shown) for (const scope of route.scopeNames) counts.set(scope, (counts.get(scope) ?? 0) + 1);
  const most = [...counts].sort((left, right) => right[1] - left[1] || compare(left[0], right[0])).slice(0, SCOPE_COLUMNS);
  return most.map(([scope]) => scope).sort(compare).map((scope) => ({
    key: `scope-${scope}`,
    title: scope,
    chosen: state.held.has(scope),
    cell: (route) => {
      const clauses = route.access.alternatives.flatMap((way) => way.scopes).filter((anyOf) => anyOf.includes(scope));
      if (clauses.length === 0) return { status: 'no', content: '–' };
      const alone = clauses.some((anyOf) => anyOf.length === 1);
      return { status: 'needs', content: alone ? 'needs' : 'one of several' };
    },
    order: (route) => (route.scopeNames.includes(scope) ? 0 : 1),
  }));
}

const ROUTE = { key: 'route', title: 'Route', order: (route) => [route.path, route.method] };
const FOUND = { key: 'findings', title: 'Findings', order: (route) => -worth(route) };

function worth(route) {
  return route.open.reduce((sum, found) => sum + { error: 10000, warning: 100, note: 1 }[found.severity], 0);
}

function compareKeys(left, right) {
  const [ours, theirs] = [[left].flat(), [right].flat()];
  for (let index = 0; index < Math.max(ours.length, theirs.length); index += 1) {
    const order = compare(ours[index] ?? -1, theirs[index] ?? -1);
    if (order !== 0) return order;
  }
  return 0;
}

/** Services stay together, and programs of a service; within them the chosen column decides. */
function inOrder(shown, all) {
  const [key, direction] = state.sort.split(':');
  const column = all.find((candidate) => candidate.key === key);
  if (!column) return shown;
  const sign = direction === 'descending' ? -1 : 1;
  const keyed = shown.map((route, index) => ({ route, index, key: column.order(route), group: groups.indexOf(route.group) }));
  keyed.sort((left, right) => left.group - right.group || sign * compareKeys(left.key, right.key) || left.index - right.index);
  return keyed.map(({ route }) => route);
}

/** The rows that aren't made yet, and what they are made with. */
const pending = { rows: [], at: 0, columns: [], reached: new Map(), group: null };

function drawTable(shown, reached) {
  const middle = columns(shown, reached);
  const all = [ROUTE, ...middle, FOUND];
  pending.rows = inOrder(shown, all);
  pending.columns = middle;
  pending.reached = reached;
  pending.at = 0;
  pending.group = null;
  const table = byId('matrix');
  table.setAttribute('aria-rowcount', String(shown.length + 1));
  table.dataset.columns = state.columns;
  table.style.setProperty('--columns', String(middle.length));
  const isWide = middle.length > FITTING;
  byId('scroll').classList.toggle('wide', isWide);
  // What scrolls has to be in reach of the keyboard.
  if (isWide) byId('scroll').tabIndex = 0;
  else byId('scroll').removeAttribute('tabindex');
  keepFocus(table.tHead, () => table.tHead.replaceChildren(h('tr', { role: 'row' }, all.map(heading))));
  table.tBodies[0].replaceChildren();
  drawMore();
  if (shown.length === 0) {
    table.tBodies[0].append(h('tr', { class: 'nothing', role: 'row' }, h('td', { colspan: all.length, role: 'cell' }, 'No route matches.')));
  }
}

function heading(column) {
  const [key, direction] = state.sort.split(':');
  const sorted = key === column.key ? direction : 'none';
  const next = sorted === 'ascending' ? 'descending' : 'ascending';
  return h('th', { scope: 'col', role: 'columnheader', 'aria-sort': sorted, class: column.chosen ? `${column.key} chosen` : column.key, title: column.title },
    h('button', { type: 'button', name: 'sort', value: column.key, onclick: () => change({ sort: `${column.key}:${next}` }) },
      breakable(column.title), h('span', { class: 'arrow', 'aria-hidden': 'true' })));
}

/** Makes the next rows; all of them for `Infinity`. */
function drawMore(count = CHUNK) {
  const body = byId('matrix').tBodies[0];
  const fragment = document.createDocumentFragment();
  const end = Math.min(pending.rows.length, pending.at + count);
  for (; pending.at < end; pending.at += 1) {
    const route = pending.rows[pending.at];
    if (groups.length > 1 && route.group !== pending.group) fragment.append(groupRow(route.group));
    pending.group = route.group;
    const row = routeRow(route, pending.at + 2);
    fragment.append(row);
    if (state.allOpen || state.opened.has(route.id)) fragment.append(detailRow(route));
  }
  body.append(fragment);
  const left = pending.rows.length - pending.at;
  byId('more').hidden = left === 0;
  byId('more').textContent = `Show more routes (${left} left)`;
}

function groupRow(group) {
  const shown = pending.rows.filter((route) => route.group === group).length;
  const all = routes.filter((route) => route.group === group).length;
  const count = shown === all ? plural(all, 'route') : `${shown} of ${plural(all, 'route')}`;
  return h('tr', { class: 'group', role: 'row' }, h('th', { colspan: pending.columns.length + 2, scope: 'colgroup', role: 'columnheader' },
    h('span', { dir: 'ltr' }, group), h('span', { class: 'remark' }, ` ${count}`)));
}

function routeRow(route, index) {
  const isOpen = state.allOpen || state.opened.has(route.id);
  const marks = [
    route.accidental ? 'accidental' : route.documented === false && 'undocumented',
    route.conditions.length > 0 && 'conditional',
  ].filter(Boolean).map((mark) => [' ', h('span', { class: 'mark' }, mark)]);
  const button = h('button', { type: 'button', class: 'route', 'aria-expanded': String(isOpen), 'aria-controls': `detail-${route.id}`, 'data-route': route.id },
    h('span', { class: methodClass(route.method), dir: 'ltr' }, route.method), ' ', h('span', {}, path(route.path), marks));
  const cells = pending.columns.map((column) => {
    const { status, content } = column.cell(route);
    return h('td', { class: `cell ${status}`, role: 'cell', 'data-label': column.title }, content);
  });
  return h('tr', { class: 'row', role: 'row', 'aria-rowindex': index, id: `row-${route.id}` },
    h('th', { scope: 'row', role: 'rowheader' }, button), cells,
    h('td', { class: 'cell found', role: 'cell', 'data-label': 'Findings' }, foundCell(route)));
}

function methodClass(method) {
  if (method === 'DELETE') return 'method destroys';
  return ['GET', 'HEAD', 'OPTIONS'].includes(method) ? 'method' : 'method changes';
}

function foundCell(route) {
  return ['error', 'warning', 'note'].map((severity) => {
    const count = route.open.filter((found) => found.severity === severity).length;
    return count > 0 && [h('span', { class: `badge ${severity}` }, plural(count, severity)), ' '];
  });
}

function detailRow(route) {
  const columnCount = pending.columns.length + 2;
  return h('tr', { class: 'more-of', role: 'row', id: `detail-${route.id}` },
    h('td', { colspan: columnCount, role: 'cell' }, detail(route, pending.reached.get(route))));
}

function toggle(id) {
  const row = byId(`row-${id}`);
  const known = routes.find((route) => route.id === id);
  if (!row || !known) return;
  const shown = byId(`detail-${id}`);
  if (shown) shown.remove();
  else row.after(detailRow(known));
  if (shown) state.opened.delete(id);
  else state.opened.add(id);
  row.querySelector('button').setAttribute('aria-expanded', String(!shown));
}
