/** Keep the store in step with the simulator, through restarts and lost connections. */

import { loadJournal, loadState, streamUrl } from "./api.js";

const JOURNAL_AT_START = 1000;
const RETRY_MS = [500, 1000, 2000, 3000];

export function connect(store) {
  let source = null;
  let failures = 0;

  /** State first, then what changed since that state: whatever happens in between is in the stream. */
  async function open() {
    source?.close();
    try {
      const epoch = store.state.epoch;
      const fresh = await loadState();
      const since = fresh.epoch === epoch ? store.state.journalLast : 0;
      const entries = await loadJournal(Math.max(since, fresh.journal_seq - JOURNAL_AT_START, 0));
      store.replace(fresh);
      store.addEntries(entries);
    } catch {
      return retryLater();
    }
    listen();
  }

  function listen() {
    source = new EventSource(streamUrl(store.state.version));
    source.onopen = () => {
      failures = 0;
      store.setConnection("live");
    };
    source.onerror = retryLater;
    source.addEventListener("change", ({ data }) => {
      const change = JSON.parse(data);
      if (change.kind === "reset") open();
      else store.apply(change);
    });
  }

  function retryLater() {
    source?.close();
    store.setConnection("lost");
    setTimeout(open, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
    failures += 1;
  }

  open();
}
