import { expectCount, measureRate } from "../measurement/rate.ts";
import type { RemoteSubject } from "../subjects/remote-subject.ts";
import { measureRequests } from "./requests.ts";
import type { Workload } from "./workload.ts";

/** What is measured between two processes on loopback. Programs in other languages know these names too. */
export const remoteWorkloads: readonly Workload<RemoteSubject>[] = [
  ...[1, 100, 1000].map(
    (inFlight): Workload<RemoteSubject> => ({
      name: `W3 c=${inFlight}`,
      about: `requests to another process, ${inFlight} in flight`,
      measure: (subject, timing) => measureRequests(subject, { inFlight, timedStride: 1, timing }),
    }),
  ),
  {
    name: "W4a",
    about: "one-way messages to another process, which counts them",
    measure: async (subject, timing) => {
      const rate = await measureRate(async (size) => {
        expectCount(await subject.tell(size), size);
        return size;
      }, timing);
      return [{ unit: "msg/s", value: rate }];
    },
  },
  {
    name: "W4b",
    about: "pings to another process, each answered by a pong; both are counted",
    measure: async (subject, timing) => {
      const rate = await measureRate(async (size) => {
        expectCount(await subject.exchange(size), size);
        return 2 * size;
      }, timing);
      return [{ unit: "msg/s", value: rate }];
    },
  },
];
