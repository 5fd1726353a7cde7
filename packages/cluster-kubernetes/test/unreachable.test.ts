import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";
import { systemClock } from "@ts-grain/actor";
import { expect, onTestFinished, test, vi } from "vitest";
import { PodClient } from "../src/pod-client.ts";
import { createCertificate } from "./certificate.ts";

const listener = `const server = require("node:net").createServer().listen(
  { port: 0, host: "127.0.0.1", backlog: 1 },
  () => console.log(server.address().port),
);`;

/** The port of a process that stands still, with as many connections waiting as it lets wait: to others it is as if the network lost all. */
async function startBlackHole(): Promise<number> {
  const program = spawn(process.execPath, ["-e", listener]);
  onTestFinished(() => void program.kill("SIGKILL"));
  const [printed] = await once(program.stdout, "data");
  program.kill("SIGSTOP");
  const port = Number(printed);
  const waiting = Array.from({ length: 4 }, () => connect(port, "127.0.0.1").on("error", () => {}));
  onTestFinished(() => {
    for (const socket of waiting) socket.destroy();
  });
  return port;
}

/** How many connections this process is making. */
function connecting(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "ConnectWrap").length;
}

test.each(["http", "https"])(
  "a connection by %s that comes to nothing is no longer tried when its request is given up",
  async (scheme) => {
    const port = await startBlackHole();
    await vi.waitFor(() => expect(connecting()).toBeGreaterThan(0));
    const others = connecting();
    const authorityFile = scheme === "https" ? createCertificate().certFile : undefined;
    const access = { server: `${scheme}://127.0.0.1:${port}`, token: () => "", authorityFile };
    const caller = new AbortController();
    const client = new PodClient({ access, namespace: "home" }, systemClock);
    const listing = client.list("c", caller.signal);
    listing.catch(() => undefined);
    await vi.waitFor(() => expect(connecting()).toBe(others + 1));
    caller.abort(new Error("leaving"));
    await expect(listing).rejects.toThrow("leaving");
    await vi.waitFor(() => expect(connecting()).toBe(others), { timeout: 1_000 });
  },
);
