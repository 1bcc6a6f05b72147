/** What the page knows, kept current by changes; views are told at most once a frame. */

const JOURNAL_LIMIT = 3000;

export function createStore() {
  const state = {
    loaded: false,
    connection: "connecting",
    version: 0,
    epoch: null,
    clockOffset: 0,
    page: { id: "", name: "", profile: {} },
    app_id: "",
    inbox_app_id: "",
    apps: [],
    pages: [],
    people: [],
    threads: new Map(),
    switches: {},
    switch_options: {},
    faults: { rules: [] },
    story: null,
    notice: null,
    journal: [],
    journalRevision: 0,
    journalLast: 0,
    selected: null,
    opened: null,
  };
  const listeners = [];
  let scheduled = false;
  let asked = false;

  function changed() {
    if (scheduled) return;
    scheduled = true;
    // A hidden tab draws no frames, but its title and unread marks should still follow.
    const later = document.hidden ? (draw) => setTimeout(draw, 100) : requestAnimationFrame;
    later(() => {
      scheduled = false;
      for (const listener of listeners) listener(state);
    });
  }

  function replace(fresh) {
    if (state.epoch !== fresh.epoch) forgetEpoch();
    const { threads, now, ...rest } = fresh;
    Object.assign(state, rest, { loaded: true, clockOffset: now - Date.now() });
    state.threads = new Map(threads.map((thread) => [thread.psid, thread]));
    if (!state.threads.has(state.selected)) state.selected = state.people[0]?.psid ?? null;
    if (!state.threads.has(state.opened)) state.opened = null;
    changed();
  }

  /** mids and PSIDs of an earlier epoch mean nothing in this one. */
  function forgetEpoch() {
    Object.assign(state, { journal: [], journalLast: 0, selected: null, opened: null });
    state.journalRevision += 1;
  }

  function apply(change) {
    if (change.version <= state.version) return;
    state.version = change.version;
    APPLY[change.kind]?.(change);
    changed();
  }

  const APPLY = {
    thread: ({ thread }) => thread && state.threads.set(thread.psid, thread),
    people: ({ person }) => {
      if (!person) return;
      const at = state.people.findIndex(({ psid }) => psid === person.psid);
      if (at < 0) state.people = [...state.people, person];
      else state.people = state.people.with(at, person);
      state.selected ??= person.psid;
    },
    journal: ({ entry }) => entry && addEntries([entry]),
    clock: ({ clock }) => {
      const now = clock?.now ?? clock;
      if (Number.isFinite(now)) state.clockOffset = now - Date.now();
    },
    switches: ({ switches }) => Object.assign(state.switches, switches),
    faults: ({ faults }) => Object.assign(state, { faults }),
    story: ({ story }) => Object.assign(state, { story }),
    page: ({ page }) => Object.assign(state, { page }),
    notice: ({ notice }) => Object.assign(state, { notice: notice?.text ? notice : null }),
    apps: ({ apps }) => Object.assign(state, { apps, app_id: defaultAppOf(apps) ?? state.app_id }),
  };

  function addEntries(entries) {
    for (const entry of entries) {
      if (entry.seq > state.journalLast) state.journal.push(entry);
      else replaceEntry(entry);
      state.journalLast = Math.max(state.journalLast, entry.seq);
    }
    if (state.journal.length > JOURNAL_LIMIT) state.journal = state.journal.slice(-JOURNAL_LIMIT);
    state.journalRevision += 1;
    changed();
  }

  /** Loading and streaming overlap on purpose, so an entry may arrive twice. */
  function replaceEntry(entry) {
    const at = state.journal.findIndex(({ seq }) => seq === entry.seq);
    if (at >= 0) state.journal[at] = entry;
  }

  return {
    state,
    replace,
    apply,
    addEntries,
    changed,
    now: () => Date.now() + state.clockOffset,
    subscribe: (listener) => listeners.push(listener),
    setConnection(connection) {
      state.connection = connection;
      changed();
    },
    /** This page asks for an empty stage, so the epoch that comes is no surprise. */
    askAnew(does) {
      asked = does;
    },
    takeAsked() {
      const was = asked;
      asked = false;
      return was;
    },
    /** The conversation that the strip draws: whichever was touched last, in any place. */
    select(psid) {
      if (state.selected === psid) return;
      state.selected = psid;
      changed();
    },
    /** The conversation that the agent reads; only the agent changes it. */
    open(psid) {
      state.opened = psid;
      state.selected = psid ?? state.selected;
      changed();
    },
  };
}

function defaultAppOf(apps) {
  return apps.find((app) => app.default)?.app_id;
}
