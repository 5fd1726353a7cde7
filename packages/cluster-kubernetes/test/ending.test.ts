import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { FakePodApi } from "@ts-grain/cluster-kubernetes/testing";
import { expect, onTestFinished, test, vi } from "vitest";

const program = fileURLToPath(new URL("ending-program.ts", import.meta.url));

/** Resolves when the member watches. It ends as it is told once it reads a line. */
async function startMember(
  api: FakePodApi,
  end: "leave" | "abandon",
): Promise<ChildProcessWithoutNullStreams> {
  api.addPod("alice", { ip: "127.0.0.1" });
  const member = spawn(process.execPath, ["--conditions=@ts-grain/source", program, api.url, "alice", end]);
  onTestFinished(() => void member.kill("SIGKILL"));
  member.stderr.pipe(process.stderr);
  await vi.waitFor(() => expect(api.watches).toBe(1), { timeout: 10_000 });
  return member;
}

test.each([
  { what: "leaves", end: "leave", server: "answers" },
  { what: "is abandoned", end: "abandon", server: "answers" },
  { what: "is abandoned", end: "abandon", server: "hangs" },
] as const)(
  "the process of a member that $what while the server $server ends by itself",
  async ({ end, server }) => {
    await using api = await FakePodApi.start();
    const member = await startMember(api, end);
    if (server === "hangs") api.freeze();
    const exited = once(member, "exit");
    const startedMs = performance.now();
    member.stdin.write("end\n");
    expect(await exited).toEqual([0, null]);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    api.thaw();
  },
);
