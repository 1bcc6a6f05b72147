/** Pictures to send, for whoever has none at hand. */

const PICTURES = [
  ["A picture of a parcel", "parcel.svg"],
  ["A picture of a book", "book.svg"],
];

/** Choices for a popup; `send(attachment)` is called with the one that is chosen. */
export function pictureChoices(send, test) {
  return PICTURES.map(([words, file]) => ({
    iconName: "image",
    words,
    test: `${test}-${file}`,
    act: () => send({ type: "image", url: `${location.origin}/_simulator/ui/samples/${file}` }),
  }));
}
