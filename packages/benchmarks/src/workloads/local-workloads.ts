import type { LocalSubject } from "../subjects/local-subject.ts";
import { measureRequests } from "./requests.ts";
import { measureSpawns, measureTree } from "./spawning.ts";
import { measureFloods, measureGames, measureQueue } from "./telling.ts";
import { inOneProcess, type Workload } from "./workload.ts";

/** What is measured inside one process. Programs in other languages know these names too. */
export const localWorkloads: readonly Workload<LocalSubject>[] = [
  {
    name: "W1a",
    about: "two actors throw a message back and forth",
    measure: (subject, setting) =>
      measureGames(subject, { pairs: 1, handlers: "sync", timing: inOneProcess(setting) }),
  },
  {
    name: "W1b",
    about: "100 pairs of actors that do so at once",
    measure: (subject, setting) =>
      measureGames(subject, { pairs: 100, handlers: "sync", timing: inOneProcess(setting) }),
  },
  {
    name: "W1c",
    about: "a million messages to one actor, which counts them",
    measure: (subject, setting) => measureFloods(subject, setting),
  },
  {
    name: "W1d",
    about: "100 pairs whose handlers are async and await nothing",
    measure: (subject, setting) =>
      measureGames(subject, { pairs: 100, handlers: "async", timing: inOneProcess(setting) }),
  },
  ...[1, 100, 1000].map(
    (inFlight): Workload<LocalSubject> => ({
      name: `W2 c=${inFlight}`,
      about: `requests with a deadline, ${inFlight} in flight`,
      measure: (subject, setting) =>
        measureRequests(subject.openResponder(), {
          inFlight,
          timedStride: 16,
          timing: inOneProcess(setting),
        }),
    }),
  ),
  {
    name: "W6 spawn",
    about: "a million actors spawned and started; their memory after a forced collection",
    measure: (subject, setting) => measureSpawns(subject, setting),
  },
  {
    name: "W6 skynet",
    about: "a tree of actors, 10 × 10 × … to a million leaves, whose numbers are summed upward",
    measure: (subject, setting) => measureTree(subject, setting),
  },
  {
    name: "queue",
    about: "messages that wait for one actor; their memory after a forced collection",
    // Three quarters of a power of two: how full a ring that doubles is on average.
    measure: (subject) => measureQueue(subject, 786_432),
  },
];
