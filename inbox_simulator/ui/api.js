/** The simulator's control API, one function for each call. */

export class ApiError extends Error {}

async function call(method, path, body) {
  let response;
  try {
    response = await fetch(`/_simulator/${path}`, {
      method,
      headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new ApiError("The simulator does not answer. What you wrote is still here.");
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new ApiError(reasonOf(answer) ?? `The simulator refused (${response.status}).`);
  return answer;
}

function reasonOf(answer) {
  const error = answer?.error;
  return typeof error === "string" ? error : error?.message;
}

export const loadState = () => call("GET", "state");
export const loadJournal = (since) => call("GET", `journal?since=${since}`);
export const streamUrl = (version) => `/_simulator/stream?since=${version}`;

export const addPerson = (name, locale, pageId) =>
  call("POST", "people", { name, locale, ...(pageId && { page_id: pageId }) });
export const say = (psid, text, replyTo) =>
  call("POST", `people/${psid}/messages`, { text, ...(replyTo && { reply_to: replyTo }) });
export const sendAttachment = (psid, attachment) =>
  call("POST", `people/${psid}/messages`, { attachment });
export const react = (psid, mid, reaction) =>
  call("POST", `people/${psid}/reactions`, reaction ? { mid, reaction } : { mid, action: "unreact" });
export const edit = (psid, mid, text) => call("POST", `people/${psid}/edits`, { mid, text });
export const block = (psid, blocked) => call("POST", `people/${psid}/availability`, { blocked });
export const followLink = (psid, ref) => call("POST", `people/${psid}/referrals`, { ref });
export const tapQuickReply = (psid, { title, payload }) =>
  call("POST", `people/${psid}/messages`, { text: title, quick_reply: { title, payload } });
/** `on` is the mid of the message with the button; the menu and what stands before it have none. */
export const tapButton = (psid, { title, payload }, on = "") =>
  call("POST", `people/${psid}/postbacks`, { title, payload, on });

export const reply = (psid, text) => call("POST", `inbox/${psid}/replies`, { text });
export const replyWith = (psid, attachment) => call("POST", `inbox/${psid}/replies`, { attachment });
export const markDone = (psid) => call("POST", `inbox/${psid}/done`, {});
export const markRead = (psid) => call("POST", `inbox/${psid}/read`, {});
export const moveToMain = (psid) => call("POST", `inbox/${psid}/take`, {});

export const advanceClock = (seconds) => call("POST", "clock", { advance_seconds: seconds });
export const setSwitch = (name, value) => call("PUT", "switches", { [name]: value });
export const sendAgain = (seq) => call("POST", `journal/${seq}/resend`, {});
export const setFaults = (rules) => call("PUT", "faults", { rules });
export const reset = () => call("POST", "reset", { keep_apps: true });

export const loadStories = () => call("GET", "stories").then(({ stories }) => stories);
export const playStory = (name, options) => call("POST", "stories", { name, ...options });
export const actOnStory = (act) => call("POST", `stories/${act}`, {});
export const setPace = (pace) => call("PUT", "stories/pace", { pace });
