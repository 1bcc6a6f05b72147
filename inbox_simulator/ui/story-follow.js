/** Let the page look where the story plays: at its person, and in the inbox at their conversation. */

/** `inbox.show(psid)` opens a conversation; `go(place)` shows a place where they are tabs. */
export function followStory(store, { inbox, go, showPhone }) {
  let followed = null;

  store.subscribe(({ story, threads }) => {
    const step = story?.steps.findLast(({ status }) => status !== "ahead");
    if (!step?.psid || !threads.has(step.psid)) return;
    const said = threads.get(step.psid).messages.length > 0;
    const key = `${story.key} ${step.at} ${story.steps.indexOf(step)} ${said}`;
    if (key === followed) return;
    followed = key;
    store.select(step.psid);
    showPhone(step.psid);
    if (said) inbox.show(step.psid);
    if (["people", "inbox", "wire"].includes(step.place)) go(step.place);
  });
}
