// What the browser keeps of the marks, by the content of each recording, and of who marks.
"use strict";
function marksKept(recordings) {
  const NAME = "emgkit marks name";
  const stored = (place) => `emgkit marks ${recordings[place].key}`;
  let works = true; // a browser may be told to keep nothing

  function attempt(does) {
    try {
      return does();
    } catch {
      works = false;
      return null;
    }
  }

  return {
    get works() {
      return works;
    },
    get name() {
      return attempt(() => localStorage.getItem(NAME)) ?? "";
    },
    set name(value) {
      attempt(() => localStorage.setItem(NAME, value));
    },
    place: (key) => recordings.findIndex((_, place) => stored(place) === key),
    write: (place, value) =>
      attempt(() => localStorage.setItem(stored(place), JSON.stringify({ ...value, when: new Date().toISOString() }))),
    // { list, unsaved, when }, or null where nothing is kept
    read(place) {
      const text = attempt(() => localStorage.getItem(stored(place)));
      try {
        const value = JSON.parse(text);
        return Array.isArray(value?.list) ? value : null;
      } catch {
        return null;
      }
    },
  };
}
