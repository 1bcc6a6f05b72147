/** Time to place, with long pauses squeezed so that a day of silence leaves room for a minute of talk. */

/** Answers `place(at)`, in percent of the width, for the times given and those in between. */
export function timeScale(times, now) {
  const points = [...new Set([...times, now])].sort((a, b) => a - b);
  const reached = [0];
  for (let at = 1; at < points.length; at += 1) {
    reached.push(reached[at - 1] + weight(points[at] - points[at - 1]));
  }
  const whole = reached.at(-1) || 1;
  return (time) => {
    const above = points.findIndex((point) => point >= time);
    if (above < 0) return 100;
    if (above === 0 || points[above] === time) return (100 * reached[above]) / whole;
    const share = (time - points[above - 1]) / (points[above] - points[above - 1]);
    return (100 * (reached[above - 1] + share * (reached[above] - reached[above - 1]))) / whole;
  };
}

/** A second weighs about 0.3, a minute 1.7, an hour 3.4, a day 4.6. */
function weight(gap) {
  return 0.06 + Math.log2(1 + gap / 1000) * 0.28;
}
