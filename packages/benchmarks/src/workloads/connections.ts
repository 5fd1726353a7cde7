import { cpuClock } from "../measurement/cpu.ts";
import type { Sample } from "../measurement/sample.ts";
import type { RemoteProgram } from "../subjects/remote-subject.ts";
import { measureRequests } from "./requests.ts";
import type { Setting } from "./workload.ts";

export interface ConnectionsCase {
  /** How many servers there are, each with a connection of its own. */
  readonly connections: number;
  /** How many requests wait for their answers at any time, over all connections. */
  readonly inFlight: number;
  readonly setting: Setting;
}

/** Requests, spread over connections, for each second of processor time, that of the client and of all servers together. */
export async function measureConnections(
  program: RemoteProgram,
  { connections, inFlight, setting }: ConnectionsCase,
): Promise<Sample[]> {
  const servers = await Promise.all(
    Array.from({ length: connections }, async () => program.connect(await program.serve())),
  );
  let turn = 0;
  const spread = { ask: (number: number) => servers[turn++ % connections]!.ask(number) };
  // So many parts take part that their code is compiled late.
  const timing = { ...setting, measureMs: setting.measureMs * 2, clock: cpuClock };
  // How long one takes is nothing to be told in processor time.
  const samples = await measureRequests(spread, { inFlight, timedStride: 1024, timing });
  return samples.filter(({ unit }) => unit === "req/s").map(({ value }) => ({ unit: "req/CPU s", value }));
}
