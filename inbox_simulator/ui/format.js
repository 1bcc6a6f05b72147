/** Times in words. Every argument is in milliseconds. */

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const two = (number) => String(number).padStart(2, "0");

export function clockTime(at) {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function dayOf(at) {
  const date = new Date(at);
  return `${date.getDate()} ${MONTHS[date.getMonth()]}`;
}

export function dayAndTime(at) {
  return `${dayOf(at)} ${clockTime(at)}`;
}

export function exactTime(at) {
  const date = new Date(at);
  const milliseconds = String(date.getMilliseconds()).padStart(3, "0");
  return `${clockTime(at)}:${two(date.getSeconds())}.${milliseconds}`;
}

/** How long something has lasted: `0:42`, `12:05`, `3 h 10`. */
export function lasting(duration) {
  const seconds = Math.max(0, Math.floor(duration / 1000));
  if (duration >= HOUR) return hoursAndMinutes(duration);
  return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
}

/** How long something still lasts: `23 h 58`, `42 min`, or null when it is over. */
export function timeLeft(duration) {
  if (duration <= 0) return null;
  if (duration >= HOUR) return hoursAndMinutes(duration);
  return duration >= MINUTE ? `${Math.floor(duration / MINUTE)} min` : "under 1 min";
}

function hoursAndMinutes(duration) {
  return `${Math.floor(duration / HOUR)} h ${two(Math.floor((duration % HOUR) / MINUTE))}`;
}
