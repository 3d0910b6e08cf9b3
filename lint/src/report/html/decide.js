'use strict';

// The decision of `route_role_policy::decide`, and what kinds of caller need. A test holds both against the original.

/** Holds everything. */
const ANY = Object.freeze({ has: () => true });
const NOTHING = Object.freeze({ has: () => false });
const ANONYMOUS = 'anonymous';

/** How far a refused caller came: of several refusals the one that came farthest is told. */
const PROGRESS = ['closed', 'unauthenticated', 'wrong_principal', 'wrong_level', 'missing_feature', 'tier_too_low', 'missing_scope'];

function refusal(why, what) {
  return { allowed: false, why, what };
}

/** Whether `access` lets `caller` in: by which way, or why not. */
function decide(access, caller, ladders) {
  let nearest = refusal('closed', null);
  for (const [index, way] of access.alternatives.entries()) {
    const lack = lacking(way, caller, ladders);
    if (lack === null) return { allowed: true, way: index };
    if (PROGRESS.indexOf(lack.why) > PROGRESS.indexOf(nearest.why)) nearest = lack;
  }
  return nearest;
}

function lacking(way, caller, ladders) {
  if (way.principals !== 'everyone' && !way.principals.includes(caller.kind)) {
    return caller.kind === ANONYMOUS ? refusal('unauthenticated', null) : refusal('wrong_principal', caller.kind);
  }
  const unmet = unmetBy(way, caller, ladders);
  // A caller without credentials who lacks anything first lacks credentials.
  return unmet && caller.kind === ANONYMOUS ? refusal('unauthenticated', null) : unmet;
}

function unmetBy(way, caller, ladders) {
  const level = way.levels.find((asked) => !caller.levels.has(asked));
  if (level !== undefined) return refusal('wrong_level', level);
  const feature = way.features.find((asked) => !caller.features.has(asked));
  if (feature !== undefined) return refusal('missing_feature', feature);
  const tier = way.tiers.find((asked) => !caller.tiers.some((held) => satisfies(held, asked, ladders)));
  if (tier !== undefined) return refusal('tier_too_low', tier.name);
  const clause = way.scopes.find((anyOf) => !anyOf.some((scope) => caller.scopes.has(scope)));
  return clause === undefined ? null : refusal('missing_scope', clause);
}

/** Tiers of different ladders can't be compared. `name: null` is the highest of its ladder. */
function satisfies(held, asked, ladders) {
  if (held.ladder !== asked.ladder) return false;
  if (held.name === null) return true;
  const tiers = ladders.find((ladder) => ladder.name === held.ladder)?.tiers ?? [];
  const rank = tiers.indexOf(held.name);
  return rank >= 0 && rank >= rankOrTop(tiers, asked.name);
}

function rankOrTop(tiers, name) {
  const rank = tiers.indexOf(name);
  return rank < 0 ? Infinity : rank;
}

/** Whoever has no credentials holds nothing. */
const NOBODY = Object.freeze({ kind: ANONYMOUS, scopes: NOTHING, tiers: [], levels: NOTHING, features: NOTHING });

/**
 * What a kind of caller needs for a route: `status` is `open` (callers without credentials get in), `yes`, `needs`, `no`, and with guards that aren't known `perhaps` or
 * `unknown`; `ways` are the alternatives that accept it.
 */
function needs({ access }, kind, ladders) {
  const known = needsByAccess.get(access) ?? new Map();
  needsByAccess.set(access, known);
  if (!known.has(kind)) known.set(kind, needsFor(access, kind, ladders));
  return known.get(kind);
}

/** What was found out already: many routes share an access. */
const needsByAccess = new WeakMap();

function needsFor(access, kind, ladders) {
  if (access.certainty === 'unknown') return { status: 'unknown', ways: [] };
  if (kind === ANONYMOUS) return { status: decide(access, NOBODY, ladders).allowed ? sure(access, 'open') : 'no', ways: [] };
  const ways = access.alternatives.filter((way) => way.principals === 'everyone' || way.principals.includes(kind));
  if (ways.length === 0) return { status: 'no', ways };
  return { status: sure(access, ways.some(asksNothing) ? 'yes' : 'needs'), ways };
}

function sure(access, status) {
  return access.certainty === 'proven' ? status : 'perhaps';
}

function asksNothing(way) {
  return way.scopes.length + way.tiers.length + way.levels.length + way.features.length === 0;
}

/** The best that one of several callers can do: `yes`, `perhaps`, `unknown` or `no` with the nearest refusal. */
function reach(route, callers, ladders) {
  if (route.access.certainty === 'unknown') return { result: 'unknown' };
  let nearest = refusal('closed', null);
  for (const caller of callers) {
    const answer = decide(route.access, caller, ladders);
    if (answer.allowed) return { result: route.access.certainty === 'proven' ? 'yes' : 'perhaps', way: answer.way };
    if (PROGRESS.indexOf(answer.why) > PROGRESS.indexOf(nearest.why)) nearest = answer;
  }
  return { result: 'no', why: nearest.why, what: nearest.what };
}
