import { describe, expect, test } from "vitest";
import { mostActivating } from "../src/checks/activations.ts";
import { checkNoFailure, outages, servedBy } from "../src/checks/service.ts";
import { nowMs } from "../src/history/now.ts";
import { isNightly, lamps, summarize } from "../src/rig/case.ts";
import { findConsul } from "../src/rig/programs.ts";
import { Rig } from "../src/rig/rig.ts";

const consul = findConsul();
/** Grains of the member that dies. */
const orphans = 10_000;
const callers = 2_000;

describe.skipIf(consul === undefined || !isNightly)("thundering herds", () => {
  test("B7 ten thousand grains of a member that is killed come to life elsewhere, 64 at a time, while two thousand callers retry", {
    timeout: 180_000,
  }, async () => {
    await using rig = await Rig.start({ consul });
    const members = await rig.startMembers(3, { activationMs: 10 });
    const client = await rig.start("client", "c1");
    // One of three has at least a third of them.
    const load = { callsPerSecond: 0, identities: lamps(3 * orphans) };
    await client.ask({ do: "insist", load: { ...load, sender: "before" }, callers: 500 });
    const owned = Map.groupBy(servedBy(rig.readHistory(), nowMs()), ([, process]) => process);
    const [victim, lost] = [...owned].toSorted(([, one], [, other]) => other.length - one.length)[0]!;
    const identities = lost.map(([identity]) => identity).slice(0, orphans);
    await members.find(({ name }) => name === victim)!.kill();
    await client.ask({ do: "insist", load: { ...load, sender: "herd", identities }, callers });
    const history = await rig.finish();
    const killedMs = history.lifeOf(victim, "ended")!;
    const herd = history.calls.filter(({ sender }) => sender === "herd");
    const served = outages({ calls: herd }, killedMs);
    const worstMs = Math.max(...served.values());
    const others = history.processes.filter(({ process }) => process.startsWith("m") && process !== victim);
    const most = others.map((process) => mostActivating(process, killedMs));
    const activated = others.flatMap(({ events }) =>
      events.filter((event) => event.event === "activated" && event.atMs > killedMs),
    );
    console.log(
      `B7: ${lost.length} of ${victim} lost, all ${served.size} served after ${Math.round(worstMs)} ms; ${activated.length} activations, at most ${most.join(" and ")} at a time; ${summarize(herd)}`,
    );
    expect(checkNoFailure(history.calls.filter(({ sender }) => sender === "before"))).toEqual([]);
    expect(served.size).toBe(orphans);
    expect(worstMs).toBeLessThan(20_000);
    expect(activated).toHaveLength(orphans);
    for (const count of most) expect(count).toBe(64);
  });
});
