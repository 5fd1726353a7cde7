import { liveHeapBytes } from "../measurement/heap.ts";
import { expectCount } from "../measurement/rate.ts";
import type { Sample } from "../measurement/sample.ts";
import type { LocalSubject } from "../subjects/local-subject.ts";
import { treeArity } from "../subjects/tree.ts";
import type { Setting } from "./workload.ts";

const warmUpActors = 50_000;
const warmUpLevels = 4;

/** Spawns per second until all have started, and what each keeps on the heap when it has nothing to do. */
export async function measureSpawns(
  subject: LocalSubject,
  { count: actors, clock }: Setting,
): Promise<Sample[]> {
  const warmUp = await subject.spawnIdle(warmUpActors);
  const bytesBefore = liveHeapBytes();
  const startMs = clock.nowMs();
  const idle = await subject.spawnIdle(actors);
  const seconds = (clock.nowMs() - startMs) / 1000;
  const bytes = liveHeapBytes() - bytesBefore;
  expectCount(idle.started, actors);
  // Read last, so that none of them was collected between the two looks at the heap.
  expectCount(warmUp.handles.length + idle.handles.length, warmUpActors + actors);
  return [
    { unit: "spawns/s", value: actors / seconds },
    { unit: "B per idle actor", value: bytes / actors },
  ];
}

/** Milliseconds to grow a tree of actors and add its leaves' numbers up. */
export async function measureTree(subject: LocalSubject, { levels, clock }: Setting): Promise<Sample[]> {
  for (let run = 0; run < 3; run++) await subject.growTree(warmUpLevels);
  const startMs = clock.nowMs();
  const sum = await subject.growTree(levels);
  const tookMs = clock.nowMs() - startMs;
  const leaves = treeArity ** levels;
  expectCount(sum, (leaves * (leaves - 1)) / 2);
  return [{ unit: "ms", value: tookMs }];
}
