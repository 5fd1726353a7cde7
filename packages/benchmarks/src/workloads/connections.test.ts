import { expect, test } from "vitest";
import { efforts } from "../measurement/effort.ts";
import { onlyRequests } from "../subjects/remote-subject.ts";
import { measureConnections } from "./connections.ts";

test("requests go to all servers in turn", async () => {
  const asked = new Map<string, number>();
  let served = 0;
  const program = {
    serve: () => Promise.resolve(`server ${++served}`),
    connect: (address: string) =>
      Promise.resolve(
        onlyRequests((number) => {
          asked.set(address, (asked.get(address) ?? 0) + 1);
          return Promise.resolve({ number: number + 1 });
        }),
      ),
  };
  const setting = { ...efforts.quick, measureMs: 1, clock: { nowMs: () => 0 } };
  const samples = await measureConnections(program, { connections: 3, inFlight: 100, setting });
  expect(samples.map(({ unit }) => unit)).toEqual(["req/CPU s"]);
  const shares = [...asked.values()];
  expect(shares).toHaveLength(3);
  expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
});
